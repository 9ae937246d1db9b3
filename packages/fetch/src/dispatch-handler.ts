import type { CircuitBreaker, Outcome, Permit } from '@cb/core'
import {
  CallTimeout,
  HttpStatusError,
  isBodyAwaited,
  outcomeOfError,
  outcomeOfStatus,
  type Settings,
  type Signal,
} from '@cb/http-rules'

/** The part of an undici controller that is used here. */
export interface DispatchController {
  readonly aborted: boolean
  abort(reason: Error): void
}

/** A handler of undici 7 and later, as interceptors receive it. */
export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, ...rest: unknown[]): void
  onRequestUpgrade?(controller: DispatchController, ...rest: unknown[]): void
  onResponseStart?(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void
  onResponseData?(controller: DispatchController, ...rest: unknown[]): void
  onResponseEnd?(controller: DispatchController, ...rest: unknown[]): void
  onResponseError?(controller: DispatchController | null, error: Error): void
}

export type DispatchHeaders = Readonly<Record<string, string | string[] | undefined>>

/** A request as `key`, `overrides` and `classify` of the interceptor see it. */
export interface DispatchRequest {
  readonly url: URL
  readonly method: string
  /** The options of the dispatch. */
  readonly options: object
}

/** One attempt that has ended: `response` if there was one, `error` if there was none or its body broke off. */
export interface SettledDispatch {
  readonly response?: { readonly status: number; readonly headers: DispatchHeaders }
  readonly error?: unknown
  readonly request: DispatchRequest
  /** The caller ended it, not the network. */
  readonly aborted: boolean
}

/** The outcome by the table. Only the caller's own signal, which `request` of undici passes on, tells why a body was aborted. */
export function outcomeOf({ response, error, aborted, request }: SettledDispatch): Outcome {
  if (error === undefined) return outcomeOfStatus(response?.status ?? 0)
  const { signal } = request.options as { signal?: Signal | null }
  return outcomeOfError(error, signal?.aborted ? signal : { aborted, reason: error })
}

/** Wraps the handler of one dispatch, and settles the permit by the events that it passes on. */
export class GuardedHandler implements DispatchHandler {
  readonly #handler: DispatchHandler
  readonly #settings: Settings<DispatchRequest, SettledDispatch>
  readonly #request: DispatchRequest
  readonly #timeout: CallTimeout | undefined
  #permit: Permit | undefined
  #controller: DispatchController | undefined
  #response: SettledDispatch['response']
  #isOver = false

  constructor(
    handler: DispatchHandler,
    settings: Settings<DispatchRequest, SettledDispatch>,
    request: DispatchRequest,
    breaker: CircuitBreaker,
    permit: Permit,
  ) {
    this.#handler = handler
    this.#settings = settings
    this.#request = request
    this.#permit = permit
    const { callTimeout } = permit
    if (callTimeout === undefined) return
    this.#timeout = new CallTimeout(breaker.name, callTimeout)
    this.#timeout.onExceeded((error) => {
      if (this.#controller === undefined)
        this.onResponseError(null, error) // there is no connection yet
      else this.#controller.abort(error)
    })
  }

  onRequestStart(controller: DispatchController, ...rest: unknown[]): void {
    if (this.#isOver) return controller.abort(this.#timeout?.exceeded as Error)
    this.#controller = controller
    this.#handler.onRequestStart?.(controller, ...rest)
  }

  onRequestUpgrade(controller: DispatchController, ...rest: unknown[]): void {
    this.#settle('success')
    this.#handler.onRequestUpgrade?.(controller, ...rest)
  }

  onResponseStart(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void {
    if (status >= 200) this.#responded(status, headers)
    this.#handler.onResponseStart?.(controller, status, headers, message)
  }

  #responded(status: number, headers: DispatchHeaders): void {
    this.#response = { status, headers }
    const outcome = this.#outcomeOf()
    const { method } = this.#request
    const isAwaited = this.#settings.settleAt === 'body' && isBodyAwaited(status, method, headers['content-type'])
    if (!isAwaited) this.#timeout?.end()
    if (outcome !== 'success' || !isAwaited) this.#settle(outcome)
  }

  onResponseData(controller: DispatchController, ...rest: unknown[]): void {
    this.#handler.onResponseData?.(controller, ...rest)
  }

  onResponseEnd(controller: DispatchController, ...rest: unknown[]): void {
    this.#timeout?.end()
    this.#settle('success')
    this.#handler.onResponseEnd?.(controller, ...rest)
  }

  onResponseError(controller: DispatchController | null, error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timeout?.end()
    this.#settle(this.#outcomeOf(error), error)
    this.#handler.onResponseError?.(controller, error)
  }

  #outcomeOf(error?: Error): Outcome {
    const aborted = this.#controller?.aborted === true && this.#timeout?.exceeded === undefined
    const response = this.#response && { response: this.#response }
    return this.#settings.outcomeOf({ ...response, ...(error && { error }), request: this.#request, aborted })
  }

  #settle(outcome: Outcome, error?: Error): void {
    const { status = 0, headers = {} } = this.#response ?? {}
    const isFailedStatus = outcome === 'failure' && error === undefined
    this.#permit?.settle(outcome, isFailedStatus ? new HttpStatusError(status, (name) => headers[name]) : error)
    this.#permit = undefined
  }
}
