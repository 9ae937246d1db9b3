import { type Call, intrinsicThen } from './call-in-flight.ts'
import { type Deadline, type Deadlines, deadlinesOf } from './deadlines.ts'
import { CallTimeoutError } from './errors.ts'

/** Settles the permit of a call with its result, and makes the answer that its caller gets. */
export interface Settlement {
  readonly breaker: string
  succeed(value: unknown): unknown
  fail(error: unknown): unknown
}

/**
 * A call within a time limit. It settles with the call or at the limit; the function's signal is aborted then, and what the
 * function still does is ignored.
 */
export class TimedCall implements Deadline {
  readonly keepsAlive: boolean
  endsAt = 0
  before: Deadline | undefined
  after: Deadline | undefined
  readonly #settlement: Settlement
  /** Of the function's own signal; undefined if it takes none, for on Node.js 20 it costs more than all the rest. */
  readonly #controller: AbortController | undefined
  #deadlines: Deadlines | undefined
  #resolve!: (answer: unknown) => void
  #isOver = false

  constructor(settlement: Settlement, controller?: AbortController, keepsAlive: boolean = true) {
    this.#settlement = settlement
    this.#controller = controller
    this.keepsAlive = keepsAlive
  }

  /** @param callTimeout  milliseconds; undefined for no limit. */
  run(fn: Call<unknown>, signal: AbortSignal, callTimeout: number | undefined): Promise<unknown> {
    const promise = new Promise<unknown>(keepResolve)
    this.#resolve = lastResolve
    this.begin()
    if (this.#isOver) return promise
    if (callTimeout !== undefined) {
      this.#deadlines = deadlinesOf(callTimeout)
      this.#deadlines.add(this)
    }
    const onValue = (value: unknown) => {
      if (this.end()) this.#resolve(this.#settlement.succeed(value))
    }
    const onError = (error: unknown) => {
      if (this.end()) this.#resolve(this.#settlement.fail(error))
    }
    try {
      intrinsicThen.call(Promise.resolve(fn(signal)), onValue, onError)
    } catch (error) {
      onError(error)
    }
    return promise
  }

  /** Before the function is called. */
  protected begin(): void {}

  /** The limit is reached. */
  expire(): void {
    const error = new CallTimeoutError(this.#settlement.breaker, (this.#deadlines as Deadlines).ms)
    this.#deadlines = undefined
    this.stop(this.#settlement.fail(error), error)
  }

  /** Ends the call before the function does. @param answer  for the caller. */
  protected stop(answer: unknown, reason: unknown): void {
    this.end()
    this.#resolve(answer)
    this.#controller?.abort(reason)
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

/** The executor of all promises here: a closure for each costs more. */
function keepResolve(resolve: (value: unknown) => void): void {
  lastResolve = resolve
}
