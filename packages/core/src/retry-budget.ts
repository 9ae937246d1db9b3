import { checkOptions, shareAboveNone } from '@cb/checks'

/** What a retry budget may be given. */
export interface RetryBudgetOptions {
  /** Retries for each call, above 0, at most 1. Default 0.2: in an outage the load grows by a fifth, and not by all the attempts. */
  ratio?: number
  /** Retries that may come at once, at least 1; it begins with as many. Default 10, so that a blip at low traffic is retried. */
  burst?: number
}

/**
 * Bounds the retries of all callers together: a number of attempts for each call multiplies the load just when a dependency
 * fails. A token bucket: a call puts in `ratio`, a retry takes out 1. Share one among all who retry calls of one dependency.
 * The idea is that of Finagle's `RetryBudget` and of the SRE book's retry ratio (chapter 21).
 * @throws TypeError or RangeError naming the option.
 */
export class RetryBudget {
  readonly #ratio: number
  readonly #burst: number
  #balance: number

  constructor(options: RetryBudgetOptions = {}) {
    const ranges = { ratio: shareAboveNone, burst: { min: 1 } }
    const { ratio = 0.2, burst = 10 } = checkOptions('RetryBudget', options, ranges)
    this.#ratio = ratio
    this.#burst = burst
    this.#balance = burst
  }

  /** Retries that there are at the moment; rarely a whole number. */
  get balance(): number {
    return this.#balance
  }

  /** For each call, once, at its first attempt. */
  deposit(): void {
    this.#balance = Math.min(this.#burst, this.#balance + this.#ratio)
  }

  /** For each retry, before it: takes one, or says false, and then the call has failed. */
  withdraw(): boolean {
    if (this.#balance < 1 - 1e-9) return false // ten times 0.1 is a little less than 1
    this.#balance = Math.max(0, this.#balance - 1)
    return true
  }
}
