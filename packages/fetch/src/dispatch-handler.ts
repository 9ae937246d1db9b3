import type { Attempt } from '@cb/http-rules'
import type { DispatchController, DispatchedRequest, DispatchHeaders, DispatchResponse } from './dispatched-request.ts'

/** A handler of undici 7 and later, as interceptors receive it. */
export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, ...rest: unknown[]): void
  onRequestUpgrade?(controller: DispatchController, ...rest: unknown[]): void
  onResponseStart?(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void
  onResponseData?(controller: DispatchController, ...rest: unknown[]): void
  onResponseEnd?(controller: DispatchController, ...rest: unknown[]): void
  onResponseError?(controller: DispatchController | null, error: Error): void
}

/** Wraps the handler of one dispatch, and reports the events that it passes on to the attempt. */
export class GuardedHandler implements DispatchHandler {
  readonly #handler: DispatchHandler
  readonly #request: DispatchedRequest
  readonly #attempt: Attempt<DispatchedRequest, DispatchResponse>
  #isOver = false
  #exceeded: Error | undefined

  constructor(
    handler: DispatchHandler,
    request: DispatchedRequest,
    attempt: Attempt<DispatchedRequest, DispatchResponse>,
  ) {
    this.#handler = handler
    this.#request = request
    this.#attempt = attempt
  }

  /** To be called when the time is over. */
  exceed(error: Error): void {
    this.#exceeded = error
    const { controller } = this.#request
    if (controller === undefined)
      this.onResponseError(null, error) // there is no connection yet
    else controller.abort(error)
  }

  onRequestStart(controller: DispatchController, ...rest: unknown[]): void {
    if (this.#isOver) return controller.abort(this.#exceeded as Error)
    this.#request.controller = controller
    this.#handler.onRequestStart?.(controller, ...rest)
  }

  onRequestUpgrade(controller: DispatchController, ...rest: unknown[]): void {
    this.#attempt.bodyEnded('complete')
    this.#handler.onRequestUpgrade?.(controller, ...rest)
  }

  onResponseStart(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void {
    if (status >= 200) this.#attempt.responded({ status, headers })
    this.#handler.onResponseStart?.(controller, status, headers, message)
  }

  onResponseData(controller: DispatchController, ...rest: unknown[]): void {
    this.#handler.onResponseData?.(controller, ...rest)
  }

  onResponseEnd(controller: DispatchController, ...rest: unknown[]): void {
    this.#attempt.bodyEnded('complete')
    this.#handler.onResponseEnd?.(controller, ...rest)
  }

  onResponseError(controller: DispatchController | null, error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#attempt.failed(error)
    this.#handler.onResponseError?.(controller, error)
  }
}
