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
    this.#pass('onRequestStart', controller, ...rest)
  }

  onRequestUpgrade(...event: [DispatchController, ...unknown[]]): void {
    this.#attempt.bodyEnded('complete')
    this.#pass('onRequestUpgrade', ...event)
  }

  onResponseStart(controller: DispatchController, status: number, headers: DispatchHeaders, message?: string): void {
    if (status >= 200) this.#attempt.responded({ status, headers })
    this.#pass('onResponseStart', controller, status, headers, message)
    if (status >= 200) this.#expectData(controller)
  }

  onResponseData(...event: [DispatchController, ...unknown[]]): void {
    this.#pass('onResponseData', ...event)
    this.#expectData(event[0])
  }

  onResponseEnd(...event: [DispatchController, ...unknown[]]): void {
    this.#attempt.bodyEnded('complete')
    this.#pass('onResponseEnd', ...event)
  }

  onResponseError(controller: DispatchController | null, error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#attempt.failed(error)
    this.#handler.onResponseError?.(controller, error)
  }

  /** A paused body is not silent: its reader is slow. */
  #expectData(controller: DispatchController): void {
    if (!controller.aborted) this.#attempt.idle?.start(() => controller.paused !== true)
  }

  #pass(event: keyof DispatchHandler, ...args: unknown[]): void {
    const handler = this.#handler as Record<string, ((...args: unknown[]) => void) | undefined>
    try {
      handler[event]?.(...args)
    } catch (error) {
      this.#attempt.bodyEnded('cancelled') // a mistake of the caller, with which undici ends the request
      throw error
    }
  }
}
