import { show } from '@cb/checks'
import type { Clock } from '../clock.ts'

/** The numbers a trip policy saw; which of the optional ones there are depends on the policy. */
export interface WindowSnapshot {
  /** Settled calls in the window; ignored ones are not among them. */
  readonly calls: number
  readonly failures: number
  /** 0..1; null below `minimumCalls`. */
  readonly failureRate?: number | null
  /** What each policy of an `anyOf` holds, in its order. */
  readonly policies?: readonly WindowSnapshot[]
}

/** The decision to open, and the numbers it was taken on. */
export interface Trip extends WindowSnapshot {
  /** The policy that decided; it becomes the transition's reason. */
  readonly policy: string
  /** What was reached: a number of failures or a ratio. */
  readonly threshold: number
}

/**
 * Decides from the outcomes it is shown when a breaker opens. It is a description, safe to share between breakers: the memory
 * is in what `watch` returns.
 */
export interface TripPolicy {
  /** In kebab-case, bounded: it becomes the transition's reason and an attribute of metrics. */
  readonly name: string
  /** Plain data for snapshots. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Starts with an empty memory; called once for each closed period. */
  watch(clock: Clock): TripWatch
}

/** One closed period of a trip policy. Each method costs O(1). One that throws is taken for "no trip" and reported. */
export interface TripWatch {
  /** Whether each `success` reads the clock. Default false. */
  readonly timed?: boolean
  success(): Trip | undefined
  failure(error: unknown): Trip | undefined
  snapshot(): WindowSnapshot
}

/** @throws TypeError unless it has the shape of a trip policy. */
export function checkTripPolicy(option: string, value: TripPolicy): TripPolicy {
  if (typeof value?.watch !== 'function' || typeof value.name !== 'string') {
    const example = 'such as consecutiveFailures(5) or failureRate()'
    throw new TypeError(`${option} must be a trip policy, ${example}, got ${show(value)}`)
  }
  return value
}
