import type { Circuit } from './circuit.ts'
import { CircuitOpenError } from './errors.ts'
import type { Rejection } from './permit.ts'

/**
 * The promise of a rejected call, with an error of its own: callers may add to it. To capture a stack costs more than the call that
 * is spared, and rejections come in floods, so the first of a millisecond captures one, and the others say where to look.
 */
export function rejectCall(circuit: Circuit, { reason, retryAfterMs }: Rejection): Promise<never> {
  const at = Math.floor(circuit.settings.clock.now())
  const captures = at !== circuit.stackCapturedAt
  circuit.stackCapturedAt = at
  const create = () => new CircuitOpenError(circuit.name, reason, retryAfterMs)
  return Promise.resolve(new Thrown(captures ? create() : withoutStack(create)))
}

/** Engines other than V8 ignore the limit, and capture. `Reflect.set` does not throw where `Error` is frozen. */
function withoutStack(create: () => CircuitOpenError): CircuitOpenError {
  const { stackTraceLimit } = Error as { stackTraceLimit?: number }
  Reflect.set(Error, 'stackTraceLimit', 0)
  const error = create()
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  error.stack = `${error.name}: ${error.message}\n    (no stack: only the first rejection of a millisecond captures one)`
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
