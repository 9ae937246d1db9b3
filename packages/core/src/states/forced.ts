import type { Clock } from '../clock.ts'
import type { Outcome } from '../outcome.ts'
import { Permit, Rejection, type Settler } from '../permit.ts'
import type { WindowSnapshot } from '../trip/trip-policy.ts'
import { emptyWindow, type State, type Verdict } from './state.ts'

/** A person has decided. The state underneath waits as it was; `resume` brings it back. */
export class Forced implements State {
  readonly name: 'open' | 'closed'
  readonly since: number
  /** Why, in the person's words. */
  readonly reason: string | null
  readonly under: State
  readonly #clock: Clock
  readonly #endsAt: number

  constructor(name: 'open' | 'closed', clock: Clock, reason: string | null, duration: number, under: State) {
    this.name = name
    this.since = clock.now()
    this.reason = reason
    this.under = under instanceof Forced ? under.under : under
    this.#clock = clock
    this.#endsAt = this.since + duration
  }

  over(): Verdict | undefined {
    if (this.#endsAt === Infinity || this.#clock.now() < this.#endsAt) return undefined
    return { to: this.under.name, reason: 'override-expired' }
  }

  /** Whole milliseconds; null if only a person can end it. As of the latest reading of the clock. */
  expiresInMs(): number | null {
    if (this.#endsAt === Infinity) return null
    return Math.max(1, Math.ceil(this.#endsAt - this.#clock.last))
  }

  /** For snapshots. */
  told(): { state: 'open' | 'closed'; reason: string | null; since: number; expiresInMs: number | null } {
    const { name, reason, since } = this
    return { state: name, reason, since, expiresInMs: this.expiresInMs() }
  }

  admit(settler: Settler): Permit | Rejection {
    return this.name === 'open' ? new Rejection('forced-open', this.expiresInMs()) : new Permit(settler, this)
  }

  /** Outcomes are counted by the breaker and decide nothing. */
  settle(_outcome: Outcome): undefined {}

  retryAfterMs(): number | null {
    return this.name === 'open' ? this.expiresInMs() : 0
  }

  window(): WindowSnapshot {
    return this.under.window?.() ?? emptyWindow
  }
}
