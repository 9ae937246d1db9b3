import { type CircuitBreaker, observe, type Transition } from '@cb/core'
import { type Measure, measureOf } from './measure.ts'
import { why } from './why.ts'
import { type PastTransition, stateOf } from './wire.ts'

/** Transitions that are kept of a breaker, and breakers of which any are kept. */
export const mostTransitions = 48
export const mostBreakers = 1_000

/** Of a text; names of policies and notes of operators may be long. */
const longestWords = 300

/** Why a breaker left closed, and when: later transitions say only that probes failed. */
export interface Outage {
  readonly at: number
  readonly why: string
  readonly measure: Measure | undefined
}

interface Past {
  readonly transitions: PastTransition[]
  outage: Outage | undefined
}

/**
 * What breakers did before anybody looked: the latest transitions of those that left closed last. A long outage is a row of failed
 * rounds of probes; these are merged before anything is forgotten, so that its beginning stays.
 */
export class History {
  /** When recording began. */
  readonly since: number = Date.now()
  readonly #past = new Map<CircuitBreaker, Past>()
  readonly #isListed: (breaker: CircuitBreaker) => boolean
  readonly #listeners = new Set<(breaker: CircuitBreaker, transition: PastTransition) => void>()
  readonly close: () => void

  /** @param isListed  whether a breaker belongs to the dashboard: observers see every one of the process. */
  constructor(isListed: (breaker: CircuitBreaker) => boolean) {
    this.#isListed = isListed
    this.close = observe({ transition: (event, breaker) => this.#add(event, breaker) })
  }

  /** The oldest first. */
  of(breaker: CircuitBreaker): readonly PastTransition[] {
    return this.#past.get(breaker)?.transitions ?? []
  }

  /** Undefined while closed. */
  outageOf(breaker: CircuitBreaker): Outage | undefined {
    return this.#past.get(breaker)?.outage
  }

  /** @returns a function that ends it. */
  listen(listener: (breaker: CircuitBreaker, transition: PastTransition) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  forget(breaker: CircuitBreaker): void {
    this.#past.delete(breaker)
  }

  #add(event: Transition, breaker: CircuitBreaker): void {
    if (!this.#isListed(breaker)) return
    const past = this.#past.get(breaker) ?? { transitions: [], outage: undefined }
    const { transitions } = past
    const snapshot = breaker.snapshot()
    const words = why(event, snapshot.config).slice(0, longestWords)
    const transition = { at: Date.now(), from: stateOf(event.from), to: stateOf(event.to), why: words, rounds: 0 }
    if (event.to === 'closed') past.outage = undefined
    else past.outage ??= { at: transition.at, why: words, measure: measureOf(snapshot) }
    transitions.push(transition)
    if (transitions.length > mostTransitions) shorten(transitions)
    this.#past.delete(breaker) // and to the end: the breakers that have been quiet for longest are at the front
    this.#past.set(breaker, past)
    if (this.#past.size > mostBreakers) this.#past.delete(this.#past.keys().next().value as CircuitBreaker)
    for (const listener of this.#listeners) listener(breaker, transition)
  }
}

/** Merges the oldest two failed rounds of probes, or else forgets the oldest transition. */
function shorten(past: PastTransition[]): void {
  const isFailedRound = ({ from, to }: PastTransition) => from === 2 && to === 1
  const index = past.findIndex(
    (it, n) => isFailedRound(it) && past[n + 2] !== undefined && isFailedRound(past[n + 2] as PastTransition),
  )
  if (index === -1) return void past.shift()
  const [first, , second] = past.slice(index, index + 3) as [PastTransition, PastTransition, PastTransition]
  past.splice(index, 3, { ...second, at: first.at, rounds: first.rounds + second.rounds + 1 })
}
