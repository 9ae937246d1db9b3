import type { Clock } from '../clock.ts'
import type { WindowSnapshot } from '../events.ts'
import { type Decision, Rejection } from '../permit.ts'
import { emptyWindow, type State } from './state.ts'

/** An override: an operator has decided. The suspended state waits as it was; `resume` brings it back. */
export class Forced implements State {
  readonly name: 'open' | 'closed'
  readonly since: number
  readonly note: string | null
  suspended: State
  readonly #clock: Clock
  readonly #endsAt: number

  /**
   * @param duration  how long it still lasts; Infinity for no end.
   * @param age  how long it has lasted.
   */
  constructor(name: 'open' | 'closed', clock: Clock, note: string | null, duration: number, suspended: State, age = 0) {
    const now = clock.now()
    this.name = name
    this.since = now - age
    this.note = note
    this.suspended = suspended instanceof Forced ? suspended.suspended : suspended
    this.#clock = clock
    this.#endsAt = now + duration
  }

  expired(): Decision | undefined {
    if (this.#endsAt === Infinity || this.#clock.now() < this.#endsAt) return undefined
    return { to: this.suspended.name, reason: 'override-expired' }
  }

  /** Milliseconds, as of the latest reading of the clock; Infinity without an end. */
  remaining(): number {
    return this.#endsAt - this.#clock.last
  }

  #expiresInMs(): number | null {
    return this.#endsAt === Infinity ? null : Math.max(1, Math.ceil(this.remaining()))
  }

  toSnapshot(): { state: 'open' | 'closed'; note: string | null; since: number; expiresInMs: number | null } {
    const { name, note, since } = this
    return { state: name, note, since, expiresInMs: this.#expiresInMs() }
  }

  rejection(): Rejection | undefined {
    return this.name === 'open' ? new Rejection('forced-open', this.#expiresInMs()) : undefined
  }

  /** Outcomes are counted by the circuit and decide nothing. */
  settle(): undefined {}

  window(): WindowSnapshot {
    return this.suspended.window?.() ?? emptyWindow
  }
}
