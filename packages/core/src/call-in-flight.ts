import { askFallback } from '@cb/checks'
import type { Circuit } from './circuit.ts'
import { type Classify, isFailure, isRejection, type Outcome, settleWith } from './outcome.ts'
import type { Permit } from './permit.ts'
import { Thrown } from './rejected-call.ts'

/** A call that can be cancelled through the signal it receives. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** Answers in place of a call. */
export type Fallback<F> = (error: unknown) => F | PromiseLike<F>

function readThen(): typeof Promise.prototype.then {
  return Promise.prototype.then
}

/** As `await` does: a promise may have a `then` of its own, which may throw or call back twice. */
export const intrinsicThen: typeof Promise.prototype.then = /* @__PURE__ */ readThen()

/** An admitted call: settles its permit with the result, and makes the answer that its caller gets. Nothing here throws. */
export class CallInFlight {
  readonly #circuit: Circuit
  readonly #permit: Permit
  readonly #fallback: Fallback<unknown> | undefined
  /** Of the moment of admission. */
  readonly #classify: Classify

  constructor(circuit: Circuit, permit: Permit, fallback: Fallback<unknown> | undefined) {
    this.#circuit = circuit
    this.#permit = permit
    this.#fallback = fallback
    this.#classify = circuit.settings.classify
  }

  get breaker(): string {
    return this.#circuit.name
  }

  succeed(value: unknown): unknown {
    const answer = settleWith(this.#permit, { status: 'fulfilled', value }, this.#classify, this.breaker)
    if (this.#fallback === undefined || !isFailure(answer)) return value
    return answerInstead(this.#circuit, this.#fallback, errorOf(answer, value))
  }

  fail(reason: unknown): unknown {
    const answer = settleWith(this.#permit, { status: 'rejected', reason }, this.#classify, this.breaker)
    if (this.#fallback === undefined || !(isFailure(answer) || isRejection(reason))) return new Thrown(reason)
    return answerInstead(this.#circuit, this.#fallback, reason)
  }

  cancel(reason: unknown): unknown {
    this.#permit.settle('ignored', reason)
    return new Thrown(reason)
  }
}

/** What the caller gets in place of a call, counted once it is there. */
export async function answerInstead<F>(circuit: Circuit, fallback: Fallback<F>, error: unknown): Promise<F> {
  const answer = await askFallback(fallback, error)
  circuit.countFallback(error)
  return answer
}

/** The error of a call that has resolved to a value which counts as a failure. */
function errorOf(answer: Outcome | Error, value: unknown): Error {
  if (typeof answer !== 'string') return answer
  return new Error('the call has resolved to a value that counts as a failure', { cause: value })
}
