import type { CircuitBreaker, Transition } from '@cb/core'
import { seededRandom } from '@cb/test-kit/seeded-random'

/** What a lane's breaker is made with: the simulated clock, and chance that is the same in each run. */
export interface Injected {
  readonly now: () => number
  readonly random: () => number
  /** Does something later, in simulated milliseconds. */
  readonly after: (delay: number, what: () => void) => void
}

/** Breakers that get the same traffic. */
export type MakeBreakers = (injected: readonly Injected[]) => CircuitBreaker[]

export interface Lane {
  readonly breaker: CircuitBreaker
  /** Calls of each half second, the newest last. */
  readonly history: Slice[]
}

/** What became of the calls of half a second, and in which state it ended. */
export interface Slice {
  answered: number
  failed: number
  rejected: number
  state: CircuitBreaker['state']
}

const callsPerSecond = 20
export const sliceLength = 500
export const slices = 60

/** Calls in simulated time: nothing moves but by `advance`, and the same steps give the same result. */
export class Simulation {
  /** The share of calls that fail, 0 to 1. */
  failureRate = 0
  readonly lanes: readonly Lane[]
  readonly transitions: Transition[] = []
  #now = 0
  #nextCallAt = 0
  #random = seededRandom(1)
  /** What is to happen, the earliest first: ends of calls, mostly. */
  readonly #agenda: { at: number; what: () => void }[] = []

  readonly #isBalanced: boolean

  /** @param isBalanced  each call goes to one of the breakers, instead of to all of them */
  constructor(makeBreakers: MakeBreakers, laneCount: number, isBalanced = false) {
    this.#isBalanced = isBalanced
    const injected = Array.from({ length: laneCount }, (_, n) => ({
      now: () => this.#now,
      random: seededRandom(n + 2),
      after: (delay: number, what: () => void) => this.#plan(this.#now + delay, what),
    }))
    this.lanes = makeBreakers(injected).map((breaker) => {
      breaker.on('transition', (transition) => this.transitions.push(transition))
      return { breaker, history: [] }
    })
    this.#look()
  }

  get now(): number {
    return this.#now
  }

  /** @param duration  milliseconds */
  advance(duration: number): void {
    const end = this.#now + duration
    for (;;) {
      const plannedAt = this.#agenda[0]?.at ?? Number.POSITIVE_INFINITY
      const at = Math.min(plannedAt, this.#nextCallAt)
      if (at > end) break
      this.#now = at
      if (plannedAt <= this.#nextCallAt) this.#agenda.shift()?.what()
      else this.#call()
    }
    this.#now = end
  }

  /** Asks for the states at fixed times, so that it does not matter when the page is drawn. */
  #look(): void {
    for (const lane of this.lanes) this.#slice(lane).state = lane.breaker.state
    this.#plan(this.#now + 100, () => this.#look())
  }

  /** A call of each lane, which has the same fate wherever it is admitted; or of one lane. */
  #call(): void {
    const fails = this.#random() < this.failureRate
    const endsAt = this.#now + 50 + 100 * this.#random()
    this.#nextCallAt -= (Math.log(1 - this.#random()) * 1_000) / callsPerSecond
    const lanes = this.#isBalanced ? [this.lanes[Math.floor(this.#random() * this.lanes.length)] as Lane] : this.lanes
    for (const lane of lanes) {
      const permit = lane.breaker.tryAcquire()
      if (!permit.admitted) {
        this.#slice(lane).rejected++
        continue
      }
      this.#plan(endsAt, () => {
        if (fails) permit.failure(new Error('the dependency failed'))
        else permit.success()
        this.#slice(lane)[fails ? 'failed' : 'answered']++
      })
    }
  }

  #plan(at: number, what: () => void): void {
    const place = this.#agenda.findIndex((later) => later.at > at)
    this.#agenda.splice(place < 0 ? this.#agenda.length : place, 0, { at, what })
  }

  /** The present slice, after those that have passed. */
  #slice({ breaker, history }: Lane): Slice {
    const index = Math.floor(this.#now / sliceLength)
    while (history.length <= index) history.push({ answered: 0, failed: 0, rejected: 0, state: breaker.state })
    return history[index] as Slice
  }
}
