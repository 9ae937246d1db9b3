import type { Issuer, StateName } from './state.ts'

/**
 * Issues the permits of calls that would have been rejected, had the breaker not been in shadow mode. It is never the breaker's
 * state: what becomes of these calls is counted and decides nothing, for without shadow mode they would not have been made.
 */
export class Shadow implements Issuer {
  /** That of the state that would have rejected. */
  readonly name: StateName

  constructor(name: StateName) {
    this.name = name
  }

  settle(): undefined {}
}
