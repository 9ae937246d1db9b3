import type { BodyEnd } from '@cb/http-rules'

/**
 * A stream with the same content that reports its end; it never reads ahead.
 * @param onEnd  called once with how the body ends, and before that with `unread` if its reading has not begun one turn of the event
 *   loop from now: such a body may never end.
 * @param errorFor  maps the error of a broken body to the error that its reader gets. Default: the same error.
 */
export function observeWebStream(
  body: ReadableStream<Uint8Array>,
  onEnd: (end: BodyEnd, error?: unknown) => void,
  errorFor: (error: unknown) => unknown = (error) => error,
): ReadableStream<Uint8Array> {
  let isRead = false
  let ended = false
  const end = (how: BodyEnd, error?: unknown) => {
    ended = true
    onEnd(how, error)
  }
  const isBytes = isByteStream(body)
  const reader = body.getReader()
  const source = {
    async pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
      isRead = true
      try {
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
          // A byte stream rejects empty chunks.
          if (chunk.value.byteLength !== 0) return controller.enqueue(chunk.value)
        }
      } catch (error) {
        if (!ended) end('broken', error)
        throw errorFor(error)
      }
      if (!ended) end('complete')
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    cancel(reason: unknown) {
      if (!ended) end(isRead ? 'cancelled' : 'complete') // the reader wanted only the headers
      return reader.cancel(reason)
    },
  }
  const noReadAhead = { highWaterMark: 0 }
  const observed = isBytes
    ? new ReadableStream({ ...source, type: 'bytes' }, noReadAhead)
    : new ReadableStream<Uint8Array>(source, noReadAhead)
  setTimeout(() => !observed.locked && !ended && onEnd('unread'), 0)
  return observed
}

/** Only the chunks of a byte stream have unshared buffers; enqueueing one into a byte stream transfers its buffer. */
function isByteStream(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}
