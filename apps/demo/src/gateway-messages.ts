import type { CircuitBreakerSnapshot, Transition } from '@cb/core'
import type { RecordedTrip } from './trip-recorder.ts'

/** A breaker of the gateway went from one state to another. */
export interface TransitionMessage extends Omit<Transition, 'error'> {
  readonly type: 'transition'
  /** Milliseconds since the epoch: processes share no other clock. */
  readonly at: number
  /** The failure that opened it, in words. */
  readonly error?: string
}

/** The answer to `{ type: 'report' }`: all breakers, and the trip of the payment breaker. */
export interface GatewayReport extends RecordedTrip {
  readonly type: 'report'
  readonly breakers: readonly CircuitBreakerSnapshot[]
}

/** What the gateway tells its parent. */
export type GatewayMessage = TransitionMessage | GatewayReport
