import { checkOptions, positiveRatio } from '@cb/checks'

/** Options of a retry budget. */
export interface RetryBudgetOptions {
  /** Retries allowed for each call, above 0, at most 1. Default 0.2: in an outage the load grows by a fifth at most. */
  ratio?: number | undefined
  /** Retries that may come at once, at least 1; the initial balance. Default 10, so that a blip at low traffic is retried. */
  burst?: number | undefined
}

/**
 * Bounds the retries of all callers together: a number of attempts for each call multiplies the load just when a dependency
 * fails. A token bucket: a call adds `ratio` tokens, a retry takes one. Share one budget among all callers of one dependency.
 * The idea is that of Finagle's `RetryBudget` and of the SRE book's retry ratio (chapter 21).
 * @throws TypeError or RangeError naming the option.
 */
export class RetryBudget {
  readonly #ratio: number
  readonly #burst: number
  #balance: number

  constructor(options: RetryBudgetOptions = {}) {
    const ranges = { ratio: positiveRatio, burst: { min: 1 } }
    const { ratio = 0.2, burst = 10 } = checkOptions('RetryBudget', options, ranges)
    this.#ratio = ratio
    this.#burst = burst
    this.#balance = burst
  }

  /** Retries allowed at the moment; rarely an integer. */
  get balance(): number {
    return this.#balance
  }

  /** For each call, once, at its first attempt. */
  deposit(): void {
    this.#balance = Math.min(this.#burst, this.#balance + this.#ratio)
  }

  /** For each retry, before it. @returns whether the retry is allowed; if not, the call has failed. */
  withdraw(): boolean {
    if (this.#balance < 1 - 1e-9) return false // ten times 0.1 is a little less than 1
    this.#balance = Math.max(0, this.#balance - 1)
    return true
  }
}
