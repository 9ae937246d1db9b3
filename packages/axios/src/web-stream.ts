import type { BodyEnd } from '@cb/http-rules'

/**
 * The same body, watched; nothing is read ahead.
 * @param onEnd  told once how it ends. Before that, told `unread` if nobody has begun to read one turn of the event loop from now:
 *   such a body may never end.
 * @param errorFor  what its reader is told when it breaks off. Default: the error itself.
 */
export function watchWebStream(
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
          // A byte stream takes no empty chunks.
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
      if (!ended) end(isRead ? 'cancelled' : 'complete') // only its headers were wanted
      return reader.cancel(reason)
    },
  }
  const nothingAhead = { highWaterMark: 0 }
  const watched = isBytes
    ? new ReadableStream({ ...source, type: 'bytes' }, nothingAhead)
    : new ReadableStream<Uint8Array>(source, nothingAhead)
  setTimeout(() => !watched.locked && !ended && onEnd('unread'), 0)
  return watched
}

/** Only such a stream gives chunks that may be handed on without their buffer being shared. */
function isByteStream(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}
