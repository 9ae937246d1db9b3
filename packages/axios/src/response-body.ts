import { BodyMonitor, type OnBodyEnd, observedStream } from '@cb/http-rules'
import type { AxiosResponse } from 'axios'
import { isNodeStream, observeNodeStream } from './node-stream.ts'

/** Reports how the body ends; at once if the caller has not to read it. */
export function watchBody(response: AxiosResponse, onEnd: OnBodyEnd): void {
  const { data } = response
  if (isNodeStream(data)) observeNodeStream(data, response, onEnd)
  else if (typeof data?.getReader === 'function' && !data.locked) observedStream(data, new BodyMonitor(onEnd))
  else onEnd('complete')
}
