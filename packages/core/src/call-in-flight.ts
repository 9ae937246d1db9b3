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
  /** The caller's signal has ended it, or could not be listened to. */
  isCancelled = false

  constructor(circuit: Circuit, permit: Permit, fallback: Fallback<unknown> | undefined) {
    this.#circuit = circuit
    this.#permit = permit
    this.#fallback = fallback
    this.#classify = circuit.settings.classify
  }

  readonly onValue = (value: unknown): unknown => {
    const answer = settleWith(this.#permit, { status: 'fulfilled', value }, this.#classify, this.#circuit.name)
    if (this.#fallback === undefined || !isFailure(answer)) return value
    return answerInstead(this.#circuit, this.#fallback, errorOf(answer, value))
  }

  readonly onError = (reason: unknown): unknown => {
    if (this.isCancelled) {
      this.#permit.settle('ignored', reason)
      return new Thrown(reason)
    }
    const answer = settleWith(this.#permit, { status: 'rejected', reason }, this.#classify, this.#circuit.name)
    if (this.#fallback === undefined || !(isFailure(answer) || isRejection(reason))) return new Thrown(reason)
    return answerInstead(this.#circuit, this.#fallback, reason)
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
