import { BodyMonitor, type OnBodyEnd, observedStream } from '@cb/http-rules'
import type { AxiosResponse } from 'axios'
import { isNodeStream, observeNodeStream } from './node-stream.ts'

/** Whether the data is a body that the caller has yet to read. */
export function isStreamed({ data }: AxiosResponse): boolean {
  return isNodeStream(data) || (typeof data?.getReader === 'function' && !data.locked)
}

/** Reports how a streamed body ends. */
export function watchBody(response: AxiosResponse, onEnd: OnBodyEnd): void {
  const { data } = response
  if (isNodeStream(data)) observeNodeStream(data, response, onEnd)
  else observedStream(data, new BodyMonitor(onEnd))
}
