import { checkThat } from '@cb/checks'
import type { Clock } from '../clock.ts'

/** The numbers a trip policy saw; which of the optional ones there are depends on the policy. */
export interface WindowSnapshot {
  /** Settled calls in the window; ignored ones are not among them. */
  readonly calls: number
  /** 0 where the policy does not look at failures. */
  readonly failures: number
  /** 0..1; null below `minimumCalls`. */
  readonly failureRate?: number | null
  /** Calls that took too long, those still in flight among them. */
  readonly slowCalls?: number
  /** 0..1; null below `minimumCalls`. */
  readonly slowCallRate?: number | null
  /** The probability with which `adaptiveThrottle` rejects a call, 0..1. */
  readonly rejectionProbability?: number
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

/** What a trip policy may look at besides the clock. */
export interface Surroundings {
  /** 0 ≤ number < 1, from the breaker's `random`. */
  readonly random: () => number
  /** While traffic returns gradually: the share of calls that is admitted, by which a minimum of calls is lowered. */
  readonly ramp?: { share(): number } | undefined
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
  /**
   * Starts with an empty memory; called once for each closed period.
   * @param surroundings  what else it may look at.
   */
  watch(clock: Clock, surroundings: Surroundings): TripWatch
}

/** One closed period of a trip policy. Each method costs O(1). One that throws is taken for "no trip" and reported. */
export interface TripWatch {
  /** Whether each `success` reads the clock. Default false. */
  readonly timed?: boolean
  /** @param call  the same object as in `began`; undefined without it. */
  success(call?: object): Trip | undefined
  failure(error: unknown, call?: object): Trip | undefined
  snapshot(): WindowSnapshot
  /** What it remembers as plain data, with ages in place of times; without it a restored breaker starts with an empty window. */
  save?(): unknown
  /** Takes what `save` gave. @throws TypeError or RangeError if it can't be that. */
  load?(saved: unknown): void
  /** If there is this method, it is told of each call that is admitted; that costs each call a permit of its own. */
  began?(call: object): undefined
  /** A call said nothing about the dependency. */
  ignored?(call?: object): undefined
  /** If there is this method, it is asked before each admission: true rejects the call with the reason `throttled`. */
  refuses?(): boolean
  /** Asked whenever somebody asks for the state: whether calls in flight alone are a reason to open. */
  overdue?(): Trip | undefined
}

/** The minimum of calls for a verdict; lower while only a share of the calls is admitted, so that a relapse is noticed as soon. */
export function minimumOf(minimumCalls: number, ramp: Surroundings['ramp']): number {
  return ramp === undefined ? minimumCalls : Math.ceil(minimumCalls * Math.max(ramp.share(), 1e-9))
}

/** @throws TypeError unless it has the shape of a trip policy. */
export function checkTripPolicy(option: string, value: TripPolicy): TripPolicy {
  const isPolicy = typeof value?.watch === 'function' && typeof value.name === 'string'
  checkThat(isPolicy, option, 'a trip policy, such as consecutiveFailures(5) or failureRate()', value)
  return value
}
