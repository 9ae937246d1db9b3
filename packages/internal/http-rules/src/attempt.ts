import { warnOnce } from '@cb/checks'
import { CallTimeoutError, type Permit } from '@cb/core'
import type { ReadBody, Settlement } from './adapter.ts'
import { type BodyEnd, hasBody, isEventStream, type OnBodyEnd } from './body.ts'
import type { BodyText } from './body-text.ts'
import { CallTimeout } from './call-timeout.ts'
import { IdleTimer } from './idle-timer.ts'
import type { Settings } from './options.ts'
import { isObject } from './outcome.ts'

/** Ends the time limits of responses that are dropped unread: only the garbage collector notices those. */
const dropped = new FinalizationRegistry<CallTimeout>((timeout) => timeout.end())

/**
 * An admitted call, from its permit to the end of its body. The permit is settled once; anything later changes nothing.
 *
 * Nothing between admission and settlement can throw past the settlement: whatever happens to a call is a step (`begin`, `responded`,
 * `bodyEnded`, `failed`, the end of its time), and the `try` in `#step` is the only one. What a step throws, be it of the caller's signal,
 * of the call or of a response that can't be read, settles the permit. To settle asks `Settings.settlementOf`, which never throws.
 */
export class Attempt<Request, Response extends object> {
  readonly #settings: Settings<Request, Response>
  readonly #request: Request
  readonly #breaker: string
  readonly #permit: Permit
  #timeout: CallTimeout | undefined
  #response: Response | undefined
  /** Where the silences of a body are limited. To be started while its reader waits for a chunk. */
  idle: IdleTimer | undefined
  #isReleased = false
  /** The attempt has settled because nobody read the body. */
  #isUnread = false
  /** Undefined until the outcome is known. */
  settlement: Settlement | undefined

  constructor(settings: Settings<Request, Response>, request: Request, breaker: string, permit: Permit) {
    this.#settings = settings
    this.#request = request
    this.#breaker = breaker
    this.#permit = permit
  }

  /** Makes the call. Settles as it does, or rejects when its time is over, even if the call ignores the signal. */
  run(callTimeout: number | undefined, call: (signal?: AbortSignal) => PromiseLike<Response>): Promise<Response> {
    return new Promise<Response>((resolve, reject) => {
      const called = Promise.resolve(this.begin(callTimeout, call, reject))
      Promise.prototype.then.call(called, resolve as never, reject) // a promise may have a `then` of its own
    }).then(
      (response) => {
        this.responded(response)
        return response
      },
      (error) => {
        this.failed(error)
        throw error
      },
    )
  }

  /**
   * Begins the call, and reports nothing of its end but a throw: that is for `responded`, `bodyEnded` and `failed`.
   * @param callTimeout  the one of the request. Default: the one of the permit.
   * @param onExceeded  called with an error when the time is over, once that is settled and before the signal is aborted.
   */
  begin<T>(
    callTimeout: number | undefined,
    call: (signal?: AbortSignal) => T,
    onExceeded: (error: unknown) => void,
  ): T {
    return this.#step(() => {
      const limit = callTimeout ?? this.#permit.callTimeout
      const { idleTimeout, adapter } = this.#settings
      if (limit !== undefined || idleTimeout !== undefined) {
        const exceed = () => this.#exceeded(new CallTimeoutError(this.#breaker, limit ?? 0), limit ?? 0, onExceeded)
        const timeout = new CallTimeout(limit, exceed, adapter.signal(this.#request))
        this.#timeout = timeout
        if (idleTimeout !== undefined) {
          const silence = () => new DOMException(`the body was silent for ${idleTimeout} ms`, 'TimeoutError')
          const onIdle = () => timeout.exceed(() => this.#exceeded(silence(), idleTimeout, onExceeded))
          this.idle = new IdleTimer(idleTimeout, onIdle)
        }
      }
      return this.#permit.run(() => call(this.#timeout?.signal))
    }, rethrow)
  }

  #exceeded(exceeded: CallTimeoutError | DOMException, limit: number, onExceeded: (error: unknown) => void): unknown {
    return this.#step(
      () => {
        const { adapter } = this.#settings
        const error = adapter.timeoutError?.(exceeded, limit, this.#request) ?? exceeded
        this.bodyEnded('broken', error)
        if (this.#response !== undefined) adapter.endBody?.(this.#response, error)
        onExceeded(error)
        // Its signal keeps the error, whose stack keeps this attempt, and so the response.
        if (this.#timeout !== undefined) dropped.unregister(this.#timeout)
        return error
      },
      (error) => error,
    )
  }

  /** The headers have arrived. They settle the attempt if they decide its outcome; otherwise it settles when the body ends. */
  responded(response: Response): void {
    this.#step(() => {
      if (!isObject(response)) return this.failed(undefined) // of a fake
      const { adapter } = this.#settings
      this.#response = response
      const settlement = this.#settlementOf(response)
      const isStreamed = adapter.isStreamed === undefined || adapter.isStreamed(response)
      const isAwaited = isStreamed && this.#isAwaited(response)
      if (settlement.outcome !== 'success' || !isAwaited) this.#settle(settlement)
      if (!isStreamed) this.#timeout?.end()
      else if (!isAwaited) this.#timeout?.clear()
      if (isStreamed) this.#watch(response)
    }, ignore)
  }

  #isAwaited(response: Response): boolean {
    const { adapter, settleAt, awaitsEventStreams } = this.#settings
    if (settleAt !== 'body' || !hasBody(adapter.status(response), adapter.method(this.#request))) return false
    return awaitsEventStreams || !isEventStream(adapter.header(response, 'content-type'))
  }

  /** A time limit must know when the body ends, also if the outcome is known: the caller may still abort it. */
  #watch(response: Response): void {
    const { watch } = this.#settings.adapter
    const timeout = this.#timeout
    timeout?.unref()
    if (watch === undefined || (this.settlement !== undefined && timeout === undefined)) return
    if (timeout !== undefined) dropped.register(response, timeout, timeout)
    const onEnd: OnBodyEnd = (...ended) => this.bodyEnded(...ended)
    const maxBytes = this.settlement === undefined ? this.#settings.maxBodyBytes : undefined
    watch(response, onEnd, timeout !== undefined, this.idle, maxBytes)
  }

  /** @param error  of a body that broke off. @param text  of a body that was read, with `classifyBody`. */
  bodyEnded(end: BodyEnd, error?: unknown, text?: BodyText): void {
    this.#step(() => {
      const { maxBodyBytes, adapter } = this.#settings
      if (end === 'broken') this.#fail(error, true)
      else if (
        this.settlement === undefined &&
        end === 'complete' &&
        text !== undefined &&
        maxBodyBytes !== undefined
      ) {
        this.#settle(this.#settlementOf(this.#response, undefined, false, () => text.upTo(maxBodyBytes)))
      } else if (this.settlement === undefined) {
        this.#isUnread = end === 'unread'
        this.#settle({ outcome: end === 'cancelled' ? 'ignored' : 'success', error: undefined })
      } else if (this.#isUnread && text !== undefined && maxBodyBytes !== undefined) {
        warnOnce(
          adapter.packageName,
          this.#settings,
          'a body was read too late for `classifyBody`: begin to read it at once',
        )
      }
      if (end !== 'unread') this.#end()
    }, ignore)
  }

  /** The call ended without a response, or with an error that has one. */
  failed(error: unknown): void {
    this.#step(() => {
      this.#fail(error)
      this.#end()
    }, ignore)
  }

  #end(): void {
    this.#timeout?.end()
    this.idle?.stop()
  }

  #fail(error: unknown, isCutOff = false): void {
    if (this.settlement === undefined) this.#settle(this.#settlementOf(this.#response, error, isCutOff))
  }

  #settlementOf(response?: Response, error?: unknown, isCutOff?: boolean, readBody?: ReadBody): Settlement {
    const isReleased = this.#isReleased
    this.#isReleased = true // first, so that a `release` that throws is not called again
    if (!isReleased) this.#settings.adapter.release?.(this.#request)
    return this.#settings.settlementOf(this.#request, response, error, isCutOff, readBody)
  }

  #settle(settlement: Settlement): void {
    this.settlement = settlement
    this.#permit.settle(settlement.outcome, settlement.error)
  }

  #step<T>(step: () => T, onError: (error: unknown) => T): T {
    try {
      return step()
    } catch (error) {
      this.#fail(error)
      return onError(error)
    }
  }
}

function rethrow(error: unknown): never {
  throw error
}

function ignore(): void {}
