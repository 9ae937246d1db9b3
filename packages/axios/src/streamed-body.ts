import { type BodyEnd, isBodyAwaited } from '@cb/http-rules'
import type { AxiosError, AxiosResponse } from 'axios'
import type { Attempt } from './attempt.ts'
import { timeoutError } from './call-with-timeout.ts'
import { isNodeStream, observeNodeStream } from './node-stream.ts'
import { headerOf } from './outcome.ts'
import { observeWebStream } from './web-stream.ts'

/** Whether the data is a body that the caller has yet to read. */
export function isStreamed(response: AxiosResponse): boolean {
  const { data } = response ?? {}
  return isNodeStream(data) || (typeof data?.getReader === 'function' && !data.locked)
}

/** Settles the attempt at the headers if they decide its outcome, otherwise when the body ends. */
export function settleWithBody(attempt: Attempt, response: AxiosResponse, errorClass: typeof AxiosError): void {
  const { config, settings, timeout } = attempt
  const { status, data } = response
  const answered = { response, config }
  const outcome = settings.outcomeOf(answered)
  const isAwaited =
    settings.settleAt === 'body' && isBodyAwaited(status, config.method, headerOf(response, 'content-type'))
  if (outcome === 'failure' || !isAwaited) {
    attempt.settle(answered, outcome)
    if (timeout === undefined) return
  }
  const settleBroken = (error: unknown): void => {
    const { data: _, ...cutOff } = response
    attempt.settle({ response: cutOff as AxiosResponse, error, config })
  }
  const onEnd = (end: BodyEnd, error?: unknown): void => {
    if (end === 'broken') settleBroken(error)
    else attempt.settle(answered, end === 'cancelled' && outcome === 'success' ? 'ignored' : outcome)
    if (end !== 'unread') timeout?.end()
  }
  let exceededError: AxiosError | undefined
  timeout?.onExceeded((exceeded) => {
    exceededError = timeoutError(exceeded, errorClass, config)
    settleBroken(exceededError)
    if (isNodeStream(data)) data.destroy(exceededError)
  })
  if (isNodeStream(data)) observeNodeStream(data, response, onEnd)
  else response.data = observeWebStream(data, onEnd, (error) => exceededError ?? error)
}
