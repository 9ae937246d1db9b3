import type { CircuitBreakerSnapshot, Transition } from '@cb/core'
import type { StoreRequest } from './fleet/ipc-store.ts'
import type { RecordedTrip } from './trip-recorder.ts'

/** A transition of a breaker of the gateway. */
export interface TransitionMessage extends Omit<Transition, 'error'> {
  readonly type: 'transition'
  /** Milliseconds since the epoch, because processes share no other clock. */
  readonly at: number
  /** The failure that opened the breaker, in words. */
  readonly error?: string
}

/** The response to `{ type: 'report' }`: all breakers, and the trip of the payment breaker. */
export interface GatewayReport extends RecordedTrip {
  readonly type: 'report'
  readonly breakers: readonly CircuitBreakerSnapshot[]
}

/** The gateway shares its breakers. */
export interface JoinedMessage {
  readonly type: 'joined'
}

/** A message of the gateway to its parent. */
export type GatewayMessage = TransitionMessage | GatewayReport | JoinedMessage | StoreRequest
