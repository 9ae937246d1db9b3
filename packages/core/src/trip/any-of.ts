import { checkThat } from '@cb/checks'
import type { Clock } from '../clock.ts'
import {
  checkTripPolicy,
  type Surroundings,
  type Trip,
  type TripPolicy,
  type TripWatch,
  type WindowSnapshot,
} from './trip-policy.ts'

/**
 * Opens as soon as one of the policies would; the transition names that one. Each policy sees every outcome.
 * @throws TypeError without a policy, or for something that is none.
 */
export function anyOf(...policies: TripPolicy[]): TripPolicy {
  if (policies.length === 0) throw new TypeError('anyOf must be given at least one trip policy')
  for (const [index, policy] of policies.entries()) checkTripPolicy(`anyOf argument ${index + 1}`, policy)
  return Object.freeze({
    name: 'any-of',
    config: Object.freeze({ policies: policies.map(({ name, config }) => Object.freeze({ policy: name, ...config })) }),
    watch: (clock: Clock, surroundings: Surroundings) =>
      new AnyOf(policies.map((policy) => policy.watch(clock, surroundings))),
  })
}

class AnyOf implements TripWatch {
  readonly timed: boolean
  readonly began?: (call: object) => undefined
  readonly ignored?: (call?: object) => undefined
  readonly overdue?: () => Trip | undefined
  readonly refuses?: () => boolean
  readonly #watches: readonly TripWatch[]

  constructor(watches: readonly TripWatch[]) {
    this.#watches = watches
    this.timed = watches.some((watch) => watch.timed === true)
    // Only where a policy wants it, for following each call has its cost.
    if (watches.some((watch) => watch.began)) this.began = (call) => void this.#ask((watch) => watch.began?.(call))
    if (watches.some((watch) => watch.ignored))
      this.ignored = (call) => void this.#ask((watch) => watch.ignored?.(call))
    const refusing = watches.filter((watch) => watch.refuses)
    if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)
    if (watches.some((watch) => watch.overdue)) this.overdue = () => this.#ask((watch) => watch.overdue?.())
  }

  /** As `#ask`, without a closure for each call: this is what happens most. */
  success(call?: object): Trip | undefined {
    let first: Trip | undefined
    let problem: unknown
    for (const watch of this.#watches) {
      try {
        const trip = watch.success(call)
        first ??= trip || undefined
      } catch (error) {
        problem ??= error
      }
    }
    if (first === undefined && problem !== undefined) throw problem
    return first
  }

  failure(error: unknown, call?: object): Trip | undefined {
    return this.#ask((watch) => watch.failure(error, call))
  }

  /** Asks all, also after one has tripped or thrown: each must see everything. */
  #ask(question: (watch: TripWatch) => Trip | undefined): Trip | undefined {
    let first: Trip | undefined
    let problem: unknown
    for (const watch of this.#watches) {
      try {
        const trip = question(watch)
        first ??= trip || undefined
      } catch (error) {
        problem ??= error
      }
    }
    if (first === undefined && problem !== undefined) throw problem
    return first
  }

  save(): unknown {
    return this.#watches.map((watch) => watch.save?.() ?? null)
  }

  load(saved: unknown): void {
    const { length } = this.#watches
    checkThat(Array.isArray(saved) && saved.length === length, 'window', `an array of ${length}`, saved)
    for (const [index, watch] of this.#watches.entries()) if (saved[index] !== null) watch.load?.(saved[index])
  }

  /** The first policy's numbers, and each one's beside them. */
  snapshot(): WindowSnapshot {
    const policies = this.#watches.map((watch) => watch.snapshot())
    return { ...(policies[0] as WindowSnapshot), policies }
  }
}
