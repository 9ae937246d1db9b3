import type { Circuit } from './circuit.ts'
import { CircuitOpenError } from './errors.ts'
import type { Rejection } from './permit.ts'

/** The latest error with a stack of a state; later ones of the same millisecond take their texts from it. */
export interface CapturedRejection {
  readonly at: number
  readonly rejection: Rejection
  readonly message: string
  readonly stack: string
}

/**
 * The promise of a rejected call, with an error of its own: callers may add to it. To capture a stack costs more than the call that
 * is spared, and rejections come in floods, so the first of a millisecond captures one, and the others say where to look.
 */
export function rejectCall(circuit: Circuit, rejection: Rejection): Promise<never> {
  const at = Math.floor(circuit.settings.clock.now())
  const captured = circuit.state.captured as CapturedRejection | undefined
  const same = captured?.at === at && isSame(captured.rejection, rejection)
  return Promise.resolve(new Thrown(same ? withoutStack(circuit, captured) : capture(circuit, rejection, at)))
}

function isSame({ reason, retryAfterMs, trip }: Rejection, other: Rejection): boolean {
  return retryAfterMs === other.retryAfterMs && reason === other.reason && trip === other.trip
}

function capture(circuit: Circuit, rejection: Rejection, at: number): CircuitOpenError {
  const { reason, retryAfterMs, trip } = rejection
  const error = new CircuitOpenError(circuit.name, reason, retryAfterMs, trip)
  const { message } = error
  const stack = `${error.name}: ${message}\n    (no stack: only the first rejection of a millisecond captures one)`
  circuit.state.captured = { at, rejection, message, stack }
  return error
}

/** Engines other than V8 ignore the limit, and capture. */
function withoutStack({ name }: Circuit, { rejection, message, stack }: CapturedRejection): CircuitOpenError {
  const engine = Error as { stackTraceLimit?: number | undefined }
  const { stackTraceLimit } = engine
  try {
    engine.stackTraceLimit = undefined
  } catch {
    // `Error` is frozen.
  }
  const error = new CircuitOpenError(name, rejection.reason, rejection.retryAfterMs, rejection.trip, message)
  if (engine.stackTraceLimit !== stackTraceLimit) engine.stackTraceLimit = stackTraceLimit
  error.stack = stack
  return error
}

/**
 * Resolves a promise to a rejection. From a `then` callback this costs a fifth of `throw`; for a new promise, half of
 * `Promise.reject`, which informs the unhandled-rejection hook before the caller can handle it.
 */
export class Thrown {
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  // biome-ignore lint/suspicious/noThenProperty: being thenable is its purpose
  then(_resolve: unknown, reject: (error: unknown) => void): void {
    reject(this.#error)
  }
}
