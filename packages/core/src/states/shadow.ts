import { Permit, type Settler } from '../permit.ts'
import type { WindowSnapshot } from '../trip/trip-policy.ts'
import { emptyWindow, type State, type StateName } from './state.ts'

/**
 * Issues the permits of calls that would have been rejected, had the breaker not been in shadow mode. It is never the breaker's
 * state: what becomes of these calls is counted and decides nothing, for without shadow mode they would not have been made.
 */
export class Shadow implements State {
  /** That of the state that would have rejected. */
  readonly name: StateName
  readonly timed = false

  constructor(name: StateName) {
    this.name = name
  }

  over(): undefined {}

  admit(settler: Settler): Permit {
    return new Permit(settler, this)
  }

  settle(): undefined {}

  retryAfterMs(): number {
    return 0
  }

  window(): WindowSnapshot {
    return emptyWindow
  }
}
