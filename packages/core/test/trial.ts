import { vi } from 'vitest'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSnapshot,
  type Outcome,
  type Permit,
  type Rejection,
  restoreState,
  saveState,
  type Transition,
} from '../src/index.ts'

export interface TrialOptions {
  trip: NonNullable<CircuitBreakerOptions['trip']>
  /** Rejects whenever its probability is above 0. */
  admission?: NonNullable<CircuitBreakerOptions['admission']>
  maxConcurrent: number
  successThreshold: number
}

/** What was done. */
export type Step =
  | { did: 'ask'; admission: Permit | Rejection }
  | { did: 'settle'; outcome: Outcome; hadVote: boolean }
  | { did: 'wait'; ms: number }
  | { did: 'step back' }
  | { did: 'restart'; ms: number }
  | { did: 'override' }

export interface Look extends CircuitBreakerSnapshot {
  /** `state`, which is asked first. */
  readonly stateAsked: string
  /** A second snapshot at the same moment. */
  readonly again: CircuitBreakerSnapshot
  /** Probes that are live by the books. */
  readonly liveProbes: number
}

interface Held {
  readonly permit: Permit
  readonly period: number
  readonly leaseEndsAt: number
  settled: boolean
}

const openDuration = 4
const probeTimeout = 3
/** More unsettled permits than this are not held: enough for a probe too many, with one of an earlier period about. */
const mostHeld = 3

/**
 * A breaker and the books on it, kept from outside: which permits there are, which period each belongs to, and what time it is.
 */
export class Trial {
  breaker: CircuitBreaker
  readonly #options: TrialOptions
  readonly transitions: Transition[] = []
  time = 1_000
  #reading = 1_000
  #period = 0
  #periods = 0
  /** The period that an override has suspended, and what can not be seen of it meanwhile. */
  #under: { period: number; state: string; successes: number } | null = null
  #held: Held[] = []
  #settled: { held: Held; hadVote: boolean } | null = null
  #openUntil = 0

  constructor(options: TrialOptions) {
    this.#options = options
    this.breaker = this.#create()
    this.#listen()
  }

  #create(): CircuitBreaker {
    const { maxConcurrent, successThreshold, ...policies } = this.#options
    const halfOpen = { maxConcurrent, successThreshold, probeTimeout }
    return new CircuitBreaker({ ...policies, openDuration, halfOpen, now: () => this.#reading, random: () => 0 })
  }

  #listen(): void {
    this.breaker.on('transition', (transition) => {
      this.transitions.push(transition)
      if (transition.openDuration !== undefined) this.#openUntil = transition.at + transition.openDuration
      if (transition.cause !== 'manual') this.#period = ++this.#periods
    })
  }

  /** Saves the breaker and restores it in another process, when so much is left of what is due next, or at once. */
  restart(offset: 'at once' | number): Step | undefined {
    const ms = offset === 'at once' ? 0 : this.#openFor() + offset
    if (offset !== 'at once' && ms <= 0) return undefined
    const saved = JSON.stringify(saveState(this.breaker))
    vi.setSystemTime(Date.now() + ms)
    this.time += ms
    this.#reading = this.time
    this.#held = []
    this.#settled = null
    this.breaker = this.#create()
    restoreState(this.breaker, JSON.parse(saved))
    this.#listen()
    if (this.#under !== null) this.#under = { ...this.#under, period: ++this.#periods, successes: 0 }
    this.#period = ++this.#periods
    return { did: 'restart', ms }
  }

  ask(): Step | undefined {
    if (this.#held.length >= mostHeld) return undefined
    const admission = this.breaker.tryAcquire()
    if (admission.admitted) {
      const leaseEndsAt = this.breaker.state === 'half-open' ? this.time + probeTimeout : Number.POSITIVE_INFINITY
      this.#held.push({ permit: admission, period: this.#period, leaseEndsAt, settled: false })
    }
    return { did: 'ask', admission }
  }

  settle(which: 'oldest' | 'newest' | 'settled', outcome: Outcome): Step | undefined {
    // With one permit the oldest is the newest.
    if (which === 'newest' && this.#held.length === 1) return undefined
    const held = which === 'settled' ? this.#settled?.held : this.#held.at(which === 'oldest' ? 0 : -1)
    if (!held) return undefined
    const hadVote = this.#hasVote(held)
    held.settled = true
    this.#settled = { held, hadVote }
    this.#held = this.#held.filter((other) => other !== held)
    held.permit.settle(outcome)
    return { did: 'settle', outcome, hadVote }
  }

  #hasVote(held: Held): boolean {
    return !held.settled && held.period === this.#period && this.time < held.leaseEndsAt
  }

  /** Lets time pass until `offset` from the next moment at which something is due. */
  wait(offset: number): Step | undefined {
    const ms = Math.min(...this.#dueIn()) + offset
    if (ms <= 0 || ms === Number.POSITIVE_INFINITY) return undefined
    this.pass(ms)
    return { did: 'wait', ms }
  }

  pass(ms: number): void {
    this.time += ms
    this.#reading += ms
  }

  #dueIn(): number[] {
    return [this.#openFor(), ...this.#held.map((held) => this.#leaseFor(held))].filter((ms) => ms > 0)
  }

  /** 0 unless it is open or will be again after `resume`. */
  #openFor(): number {
    const state = this.#under === null ? this.breaker.state : this.#under.state
    return state === 'open' ? Math.max(0, this.#openUntil - this.time) : 0
  }

  #leaseFor(held: Held): number {
    return this.#relation(held) === 'past' ? 0 : Math.max(0, held.leaseEndsAt - this.time)
  }

  #relation({ period }: Held): 'present' | 'waiting' | 'past' {
    if (period === this.#period) return 'present'
    return period === this.#under?.period ? 'waiting' : 'past'
  }

  stepBack(): Step {
    this.#reading -= 1_000
    return { did: 'step back' }
  }

  override(action: 'forceOpen' | 'forceClosed' | 'resume' | 'reset'): Step {
    const { state, probes } = this.breaker.snapshot()
    if (action === 'resume' && this.#under !== null) {
      this.#period = this.#under.period
      this.#under = null
    }
    this.breaker[action]()
    if (action === 'reset') this.#under = null
    if (action === 'forceOpen' || action === 'forceClosed') {
      this.#under ??= { period: this.#period, state, successes: probes?.successes ?? 0 }
      this.#period = ++this.#periods
    }
    if (action === 'reset') this.#period = ++this.#periods
    return { did: 'override' }
  }

  look(): Look {
    const { breaker } = this
    const liveProbes = this.#held.filter((held) => held.leaseEndsAt < Number.POSITIVE_INFINITY && this.#hasVote(held))
    return {
      stateAsked: breaker.state,
      ...breaker.snapshot(),
      again: breaker.snapshot(),
      liveProbes: liveProbes.length,
    }
  }

  /** The same for two trials that can't differ from here on, whatever happens: totals and the time of day don't matter. */
  key(): string {
    const { state, override, probes } = this.breaker.snapshot()
    const { state: period } = saveState(this.breaker)
    return [
      state,
      override?.state,
      this.#under?.state,
      this.#under?.successes,
      // No policy of a trial remembers a time.
      period.name === 'closed' && JSON.stringify([period.trip.memory, period.admission?.memory]),
      probes?.successes,
      this.#openFor(),
      this.time === this.#reading,
      this.#held.map((held) => `${this.#relation(held)}:${this.#leaseFor(held)}`).join(),
      this.#settled && `${this.#relation(this.#settled.held)}:${this.#settled.hadVote}`,
    ].join(' ')
  }
}
