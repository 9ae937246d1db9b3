import type { CircuitBreakerSnapshot, Transition } from '@cb/core'
import type { RecordedSpan } from './trip-recorder.ts'

/** A breaker of the gateway went from one state to another. */
export interface TransitionMessage extends Omit<Transition, 'error'> {
  readonly type: 'transition'
  /** Milliseconds since the epoch: processes share no other clock. */
  readonly at: number
  /** The failure that opened it, in words. */
  readonly error?: string
}

/** The answer to `{ type: 'report' }`. */
export interface GatewayReport {
  readonly type: 'report'
  readonly breakers: readonly CircuitBreakerSnapshot[]
  /** The spans of the request in which the payment breaker opened. */
  readonly request: readonly RecordedSpan[]
  /** The spans of that breaker's transitions. */
  readonly transitions: readonly RecordedSpan[]
}

/** What the gateway tells its parent. */
export type GatewayMessage = TransitionMessage | GatewayReport
