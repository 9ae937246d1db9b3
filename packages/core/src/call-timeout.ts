import { type Call, intrinsicThen } from './call-in-flight.ts'
import { type Deadline, type Deadlines, deadlinesOf } from './deadlines.ts'
import { CallTimeoutError } from './errors.ts'

/** Settles the permit of a call with its result, and makes the answer that its caller gets. */
export type Settle = (result: unknown) => unknown

/**
 * A call within a time limit. It settles with the call or at the limit; the function's signal is aborted then, and what the
 * function still does is ignored.
 */
export class TimedCall implements Deadline {
  readonly keepsAlive: boolean
  endsAt = 0
  before: Deadline | undefined
  after: Deadline | undefined
  readonly #breaker: string
  readonly #onValue: Settle
  readonly #onError: Settle
  /** Of the function's own signal; undefined if it takes none, for on Node.js 20 it costs more than all the rest. */
  readonly #controller: AbortController | undefined
  #deadlines: Deadlines | undefined
  #resolve!: (value: unknown) => void
  #reject!: (reason: unknown) => void
  #isOver = false
  #hasExpired = false

  /** @param breaker  its name. */
  constructor(
    breaker: string,
    onValue: Settle,
    onError: Settle,
    controller?: AbortController,
    keepsAlive: boolean = true,
  ) {
    this.#breaker = breaker
    this.#onValue = onValue
    this.#onError = onError
    this.#controller = controller
    this.keepsAlive = keepsAlive
  }

  /** @param callTimeout  milliseconds; undefined for no limit. */
  run(fn: Call<unknown>, signal: AbortSignal, callTimeout: number | undefined): Promise<unknown> {
    const result = new Promise<unknown>(keepSettle)
    this.#resolve = lastResolve
    this.#reject = lastReject
    // Whatever ends the call, it is settled, and its signal aborted, in the asynchronous context of its caller.
    const onError = this.#controller ? (error: unknown) => this.#settleAndAbort(error) : this.#onError
    const answer = intrinsicThen.call(result, this.#onValue, onError)
    this.begin()
    if (!this.#isOver) this.#call(fn, signal, callTimeout)
    return answer
  }

  #settleAndAbort(error: unknown): unknown {
    const answer = this.#onError(error)
    if (this.#hasExpired) this.#controller?.abort(error)
    return answer
  }

  /** Before the function is called. */
  protected begin(): void {}

  #call(fn: Call<unknown>, signal: AbortSignal, callTimeout: number | undefined): void {
    if (callTimeout !== undefined) {
      this.#deadlines = deadlinesOf(callTimeout)
      this.#deadlines.add(this)
    }
    const onError = (error: unknown) => {
      if (this.end()) this.#reject(error)
    }
    const onValue = (value: unknown) => {
      if (this.end()) this.#resolve(value)
    }
    try {
      intrinsicThen.call(Promise.resolve(fn(signal)), onValue, onError)
    } catch (error) {
      onError(error)
    }
  }

  /** The limit is reached. */
  expire(): void {
    const error = new CallTimeoutError(this.#breaker, (this.#deadlines as Deadlines).ms)
    this.#deadlines = undefined
    this.#hasExpired = true
    this.end()
    this.#reject(error)
  }

  /** Ends the call before the function does, for the caller. @returns false if it was over already. */
  protected stop(reason: unknown): boolean {
    if (!this.end()) return false
    this.#reject(reason)
    this.#controller?.abort(reason)
    return true
  }

  /** @returns false if it was over already. */
  protected end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#deadlines?.remove(this)
    return true
  }
}

let lastResolve: (value: unknown) => void
let lastReject: (reason: unknown) => void

/** The executor of all promises here: a closure for each costs more. */
function keepSettle(resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
  lastResolve = resolve
  lastReject = reject
}
