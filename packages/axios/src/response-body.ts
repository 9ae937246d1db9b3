import { BodyMonitor, type IdleTimer, type OnBodyEnd, observedStream } from '@cb/http-rules'
import type { AxiosResponse } from 'axios'
import { isNodeStream, observeNodeStream, timeNodeStream } from './node-stream.ts'

/** Whether the data is a body that the caller has yet to read. */
export function isStreamed({ data }: AxiosResponse): boolean {
  return isNodeStream(data) || (typeof data?.getReader === 'function' && !data.locked)
}

/** Reports how a streamed body ends, and limits its silences. */
export function watchBody(response: AxiosResponse, onEnd: OnBodyEnd, _isTimed: boolean, idle?: IdleTimer): void {
  const { data } = response
  if (isNodeStream(data)) {
    observeNodeStream(data, response, onEnd)
    if (idle !== undefined) timeNodeStream(data, response, idle)
  } else {
    const monitor = new BodyMonitor()
    monitor.addListener(onEnd, idle)
    observedStream(data, monitor)
  }
}
