import { assertOption, format } from '@cb/checks'
import type { Clock } from '../clock.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import { swallowRejection } from '../misuse.ts'

/** What a trip policy may look at besides the clock. */
export interface TripContext {
  /** 0 ≤ number < 1, from the breaker's `random`. */
  readonly random: () => number
  /** While traffic returns gradually: the share of calls that is admitted, by which a minimum of calls is lowered. */
  readonly recovery?: { share(): number } | undefined
}

/**
 * Decides from the outcomes when a breaker opens. It is a description, safe to share between breakers: the memory is in what
 * `start` returns.
 */
export interface TripPolicy {
  /** In kebab-case, at most 64 characters: it becomes the transition's reason, and a label in metrics. */
  readonly name: string
  /** The policies that it is made of, as `anyOf` is: its trips may have their names. */
  readonly members?: readonly TripPolicy[]
  /** Plain data for snapshots. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Starts with an empty memory; called once for each closed period. */
  start(clock: Clock, context: TripContext): TripMonitor
}

/** One closed period of a trip policy. Each method costs O(1). One that throws has not tripped, and that is logged once. */
export interface TripMonitor {
  /** Whether each `success` reads the clock. Default false. */
  readonly timed?: boolean
  /** @param call  the same object as in `began`; undefined without it. */
  success(call?: object): Trip | undefined
  failure(error: unknown, call?: object): Trip | undefined
  snapshot(): WindowSnapshot
  /** What it remembers as plain data, with ages in place of times; without it a restored breaker starts with an empty window. */
  save?(): unknown
  /**
   * Takes what `save` gave.
   * @param elapsed  milliseconds since then.
   * @throws TypeError or RangeError if it can't be that.
   */
  load?(saved: unknown, elapsed: number): void
  /** Called for each call that is admitted. Costs each call a permit of its own. */
  began?(call: object): void
  /** A call ended as `ignored`. */
  ignored?(call?: object): void
  /** A call settled late: it must be forgotten, and recorded as nothing. */
  late?(call: object): void
  /** Asked at each question for the state: whether calls in flight alone are a reason to open. */
  overdue?(): Trip | undefined
}

/** The minimum of calls for a decision; lower while only a share of the calls is admitted, so that a relapse is noticed as soon. */
export function minimumOf(minimumCalls: number, recovery: TripContext['recovery']): number {
  return recovery === undefined ? minimumCalls : Math.ceil(minimumCalls * Math.max(recovery.share(), 1e-9))
}

const kebabCase = /^[a-z][a-z\d]*(?:-[a-z\d]+)*$/
const longestName = 64

/** @throws TypeError unless it has the shape of a trip policy, RangeError unless its name is one for a label. */
export function checkTripPolicy(option: string, value: TripPolicy): TripPolicy {
  const isPolicy = typeof value?.start === 'function' && typeof value.name === 'string'
  assertOption(isPolicy, option, 'a trip policy, such as consecutiveFailures(5) or failureRate()', value)
  const { name } = value
  if (name.length > longestName || !kebabCase.test(name)) {
    throw new RangeError(`${option}.name must be in kebab-case, at most ${longestName} characters, got ${format(name)}`)
  }
  return value
}

/**
 * The trip that a monitor answers, which may be the user's own: undefined, null and false mean none. A name that is not the policy's is
 * replaced by it, because names become labels.
 * @returns a frozen copy of its numbers: all who ask why the breaker is open share it.
 * @throws TypeError for anything else, such as a promise.
 */
export function checkTrip(answer: unknown, policy: TripPolicy): Trip | undefined {
  if (answer === undefined || answer === null || answer === false) return undefined
  const { policy: name } = answer as Trip
  if (typeof name === 'string') return copyTrip(isNameOf(name, policy) ? name : policy.name, answer)
  swallowRejection(answer)
  throw new TypeError('it must return a trip, { policy, threshold, calls, failures }, or undefined')
}

function isNameOf(name: string, { name: own, members = [] }: TripPolicy): boolean {
  return name === own || members.some((member) => isNameOf(name, member))
}

/** The numbers only: text might hold a secret. */
export function copyTrip(policy: string, trip: object): Trip {
  const numbers = Object.fromEntries(Object.entries(trip).filter(([, value]) => typeof value === 'number'))
  return Object.freeze({ policy, ...(numbers as Omit<Trip, 'policy'>) })
}
