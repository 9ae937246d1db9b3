import { show } from '@cb/checks'
import type { RejectionReason } from './errors.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Issuer } from './states/state.ts'

/** Who is told how a permit's call went. */
export interface Settler {
  settle(issuer: Issuer, outcome: Outcome, error: unknown, permit: Permit): void
  /** How many settlements changed nothing. */
  late: number
  /** Runs the permit's call where observers want it. */
  run<T>(fn: () => T, permit: Permit): T
}

/**
 * The right to make one call. Settle it exactly once, whatever happens; a second settlement changes nothing and is counted as
 * `late`. It belongs to the state that issued it: once the breaker has left that state, its outcome is counted as `late` too.
 */
export class Permit {
  readonly #settler: Settler
  readonly #issuer: Issuer
  #settled = false
  /** When it was issued; known only while somebody listens. @internal */
  startedAt: number | undefined

  /** Made by a breaker; use `tryAcquire` or `acquire`. @internal */
  constructor(settler: Settler, issuer: Issuer) {
    this.#settler = settler
    this.#issuer = issuer
  }

  get admitted(): true {
    return true
  }

  /**
   * Runs `fn` where observers want it, such as in the context of a span, and returns what it returns; it settles nothing. Only
   * for those who trace: a call made without it is counted all the same.
   */
  run<T>(fn: () => T): T {
    return this.#settler.run(fn, this)
  }

  /** The dependency answered as it should. */
  success(): void {
    this.settle('success')
  }

  /** The dependency failed. An `error` with a `retryAfterMs` can lengthen the open duration. */
  failure(error?: unknown): void {
    this.settle('failure', error)
  }

  /** The call said nothing about the dependency (it was cancelled, say): gives the place back and changes nothing else. */
  ignore(): void {
    this.settle('ignored')
  }

  /** The same in one method, for an outcome that was computed. @throws TypeError for another word, which counts as ignored. */
  settle(outcome: Outcome, error?: unknown): void {
    if (!isOutcome(outcome)) {
      this.ignore()
      throw new TypeError(`settle(outcome) must be 'success', 'failure' or 'ignored', got ${show(outcome)}`)
    }
    if (this.#settled) this.#settler.late++
    else {
      this.#settled = true
      this.#settler.settle(this.#issuer, outcome, error, this)
    }
  }

  /** For `using permit = breaker.acquire()`: a permit that has not been settled when its block ends is ignored, and not lost. */
  [Symbol.dispose](): void {
    if (!this.#settled) this.ignore()
  }
}

/** A call was not admitted. Nothing is to be settled. */
export class Rejection {
  /** See `CircuitOpenError.reason`. */
  readonly reason: RejectionReason
  /** Whole milliseconds until asking again can succeed; null when only a person can end it (forced open). */
  readonly retryAfterMs: number | null

  constructor(reason: RejectionReason, retryAfterMs: number | null) {
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }

  get admitted(): false {
    return false
  }
}
