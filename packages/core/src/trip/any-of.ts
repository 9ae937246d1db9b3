import type { Trip, WindowSnapshot } from '../events.ts'
import { checkMonitor, checkSynchronous } from '../misuse.ts'
import { checkTrip, checkTripPolicy, type TripMonitor, type TripPolicy } from './trip-policy.ts'

/**
 * Opens as soon as one of the policies would; the transition names that one. Each policy sees every outcome.
 * @throws TypeError without a policy, or for an argument that is not one.
 */
export function anyOf(...policies: TripPolicy[]): TripPolicy {
  if (policies.length === 0) throw new TypeError('anyOf must be given at least one trip policy')
  for (const [index, policy] of policies.entries()) checkTripPolicy(`anyOf argument ${index + 1}`, policy)
  return Object.freeze({
    name: 'any-of',
    members: Object.freeze(policies),
    config: Object.freeze({ policies: policies.map(({ name, config }) => Object.freeze({ policy: name, ...config })) }),
    start: (clock, context) =>
      new AnyOf(
        policies,
        policies.map((policy) => start(() => policy.start(clock, context))),
      ),
  } satisfies TripPolicy)
}

export class AnyOf implements TripMonitor {
  readonly timed: boolean
  readonly began?: (call: object) => void
  readonly ignored?: (call?: object) => void
  readonly late?: (call: object) => void
  readonly overdue?: () => Trip | undefined
  /** The monitors of the policies. */
  readonly memory: readonly TripMonitor[]

  readonly #policies: readonly TripPolicy[]

  constructor(policies: readonly TripPolicy[], monitors: readonly TripMonitor[]) {
    this.#policies = policies
    this.memory = monitors
    this.timed = monitors.some((monitor) => monitor.timed === true)
    // Only where a policy wants it, for following each call has its cost.
    if (monitors.some(({ began }) => began)) this.began = (call) => void this.#ask((monitor) => monitor.began?.(call))
    if (monitors.some(({ ignored }) => ignored))
      this.ignored = (call) => void this.#ask((monitor) => monitor.ignored?.(call))
    if (monitors.some(({ late }) => late)) this.late = (call) => void this.#ask((monitor) => monitor.late?.(call))
    if (monitors.some(({ overdue }) => overdue)) this.overdue = () => this.#ask((monitor) => monitor.overdue?.())
  }

  /** As `#ask`, without a closure for each call: a success is the most frequent event. */
  success(call?: object): Trip | undefined {
    let first: Trip | undefined
    let problem: unknown
    for (let index = 0; index < this.memory.length; index++) {
      try {
        const trip = checkTrip((this.memory[index] as TripMonitor).success(call), this.#policies[index] as TripPolicy)
        first ??= trip
      } catch (error) {
        problem ??= error
      }
    }
    if (first === undefined && problem !== undefined) throw problem
    return first
  }

  failure(error: unknown, call?: object): Trip | undefined {
    return this.#ask((monitor) => monitor.failure(error, call))
  }

  /** Asks all, also after one has tripped or thrown: each must see everything. */
  #ask(question: (monitor: TripMonitor) => unknown): Trip | undefined {
    let first: Trip | undefined
    let problem: unknown
    for (let index = 0; index < this.memory.length; index++) {
      try {
        const trip = checkTrip(question(this.memory[index] as TripMonitor), this.#policies[index] as TripPolicy)
        first ??= trip
      } catch (error) {
        problem ??= error
      }
    }
    if (first === undefined && problem !== undefined) throw problem
    return first
  }

  /** The first policy's numbers, and each one's beside them. */
  snapshot(): WindowSnapshot {
    const policies = this.memory.map((monitor) => checkSynchronous(monitor.snapshot()))
    return { ...(policies[0] as WindowSnapshot), policies }
  }
}

/** One that can't start throws at each question, so that this is logged and the others go on. */
function start(begin: () => TripMonitor): TripMonitor {
  try {
    return checkMonitor(begin(), 'success', 'failure', 'snapshot')
  } catch (problem) {
    const broken = () => {
      throw problem
    }
    return { success: broken, failure: broken, snapshot: () => ({ calls: 0, failures: 0 }) }
  }
}
