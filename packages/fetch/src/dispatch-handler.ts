import type { CircuitBreaker, Outcome, Permit } from '@cb/core'
import {
  CallLimit,
  HttpStatusError,
  isBodyAwaited,
  outcomeOfError,
  outcomeOfStatus,
  type Settings,
  type Signal,
} from '@cb/http-rules'

/** What is used of a controller of undici. */
export interface DispatchController {
  readonly aborted: boolean
  abort(reason: Error): void
}

/** A handler of undici 7 and later, as interceptors are given it. */
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
  /** What was dispatched. */
  readonly options: object
}

/** One attempt that has ended: `response` if there was an answer, `error` if there was none or its body broke off. */
export interface SettledDispatch {
  readonly response?: { readonly status: number; readonly headers: DispatchHeaders }
  readonly error?: unknown
  readonly request: DispatchRequest
  /** It was not the network that ended it but whoever made the request. */
  readonly aborted: boolean
}

/** The table. Only the caller's own signal, which `request` hands on, says why a body was aborted. */
export function outcomeOf({ response, error, aborted, request }: SettledDispatch): Outcome {
  if (error === undefined) return outcomeOfStatus(response?.status ?? 0)
  const { signal } = request.options as { signal?: Signal | null }
  return outcomeOfError(error, signal?.aborted ? signal : { aborted, reason: error })
}

/** Settles the permit of one dispatch by what its handler is told, and tells it on. */
export class WatchedHandler implements DispatchHandler {
  readonly #handler: DispatchHandler
  readonly #settings: Settings<DispatchRequest, SettledDispatch>
  readonly #request: DispatchRequest
  readonly #limit: CallLimit | undefined
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
    const { callTimeout } = breaker
    if (callTimeout === undefined) return
    this.#limit = new CallLimit(breaker.name, callTimeout)
    this.#limit.whenExceeded((error) => {
      if (this.#controller === undefined)
        this.onResponseError(null, error) // there is no connection yet
      else this.#controller.abort(error)
    })
  }

  onRequestStart(controller: DispatchController, ...rest: unknown[]): void {
    if (this.#isOver) return controller.abort(this.#limit?.exceeded as Error)
    this.#controller = controller
    this.#handler.onRequestStart?.(controller, ...rest)
  }

  onRequestUpgrade(controller: DispatchController, ...rest: unknown[]): void {
    this.#settle('success')
    this.#handler.onRequestUpgrade?.(controller, ...rest)
  }

  onResponseStart(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void {
    if (status >= 200) this.#answered(status, headers)
    this.#handler.onResponseStart?.(controller, status, headers, message)
  }

  #answered(status: number, headers: DispatchHeaders): void {
    this.#response = { status, headers }
    const outcome = this.#outcomeOf()
    const { method } = this.#request
    const isAwaited = this.#settings.settleAt === 'body' && isBodyAwaited(status, method, headers['content-type'])
    if (!isAwaited) this.#limit?.end()
    if (outcome !== 'success' || !isAwaited) this.#settle(outcome)
  }

  onResponseData(controller: DispatchController, ...rest: unknown[]): void {
    this.#handler.onResponseData?.(controller, ...rest)
  }

  onResponseEnd(controller: DispatchController, ...rest: unknown[]): void {
    this.#limit?.end()
    this.#settle('success')
    this.#handler.onResponseEnd?.(controller, ...rest)
  }

  onResponseError(controller: DispatchController | null, error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#limit?.end()
    this.#settle(this.#outcomeOf(error), error)
    this.#handler.onResponseError?.(controller, error)
  }

  #outcomeOf(error?: Error): Outcome {
    const aborted = this.#controller?.aborted === true && this.#limit?.exceeded === undefined
    const answered = this.#response && { response: this.#response }
    return this.#settings.outcomeOf({ ...answered, ...(error && { error }), request: this.#request, aborted })
  }

  #settle(outcome: Outcome, error?: Error): void {
    const { status = 0, headers = {} } = this.#response ?? {}
    const isAnswer = outcome === 'failure' && error === undefined
    this.#permit?.settle(outcome, isAnswer ? new HttpStatusError(status, (name) => headers[name]) : error)
    this.#permit = undefined
  }
}
