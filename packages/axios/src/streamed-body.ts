import { type BodyEnd, isBodyAwaited } from '@cb/http-rules'
import type { AxiosError, AxiosResponse } from 'axios'
import type { Attempt } from './attempt.ts'
import { timeoutError } from './limited-call.ts'
import { isNodeStream, watchNodeStream } from './node-stream.ts'
import { headerOf } from './outcome.ts'
import { watchWebStream } from './web-stream.ts'

/** Whether the data is a body that is still to be read. */
export function isStreamed(response: AxiosResponse): boolean {
  const { data } = response ?? {}
  return isNodeStream(data) || (typeof data?.getReader === 'function' && !data.locked)
}

/** Settles the attempt at the headers if they say enough, otherwise when it is known what becomes of the body. */
export function settleWithBody(attempt: Attempt, response: AxiosResponse, errorClass: typeof AxiosError): void {
  const { config, settings, limit } = attempt
  const { status, data } = response
  const answered = { response, config }
  const outcome = settings.outcomeOf(answered)
  const isAwaited =
    settings.settleAt === 'body' && isBodyAwaited(status, config.method, headerOf(response, 'content-type'))
  if (outcome === 'failure' || !isAwaited) {
    attempt.settle(answered, outcome)
    if (limit === undefined) return
  }
  const breakOff = (error: unknown): void => {
    const { data: _, ...cutOff } = response
    attempt.settle({ response: cutOff as AxiosResponse, error, config })
  }
  const onEnd = (end: BodyEnd, error?: unknown): void => {
    if (end === 'broken') breakOff(error)
    else attempt.settle(answered, end === 'cancelled' && outcome === 'success' ? 'ignored' : outcome)
    if (end !== 'unread') limit?.end()
  }
  let timeout: AxiosError | undefined
  limit?.whenExceeded((exceeded) => {
    timeout = timeoutError(exceeded, errorClass, config)
    breakOff(timeout)
    if (isNodeStream(data)) data.destroy(timeout)
  })
  if (isNodeStream(data)) watchNodeStream(data, response, onEnd)
  else response.data = watchWebStream(data, onEnd, (error) => timeout ?? error)
}
