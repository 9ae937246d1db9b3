import type { Outcome } from '../outcome.ts'
import { Permit, Rejection, type Settler } from '../permit.ts'
import type { WindowSnapshot } from '../trip/trip-policy.ts'
import type { State } from './state.ts'

/** A person has decided. The state underneath waits as it was; `resume` brings it back. */
export class Forced implements State {
  readonly name: 'open' | 'closed'
  readonly timed = false
  readonly since: number
  /** Why, in the person's words. */
  readonly reason: string | null
  readonly under: State

  constructor(name: 'open' | 'closed', since: number, reason: string | null, under: State) {
    this.name = name
    this.since = since
    this.reason = reason
    this.under = under instanceof Forced ? under.under : under
  }

  isOver(): boolean {
    return false
  }

  admit(settler: Settler): Permit | Rejection {
    return this.name === 'open' ? new Rejection('forced-open', null) : new Permit(settler, this)
  }

  /** Outcomes are counted by the breaker and decide nothing. */
  settle(_outcome: Outcome): undefined {}

  retryAfterMs(): number | null {
    return this.name === 'open' ? null : 0
  }

  window(): WindowSnapshot {
    return this.under.window()
  }
}
