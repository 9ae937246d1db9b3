import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { BodyEnd } from '@cb/http-rules'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'

export function isNodeStream(data: unknown): data is Readable {
  const { on, destroy } = (data ?? {}) as Partial<Readable>
  return typeof on === 'function' && typeof destroy === 'function'
}

/**
 * Tells once how the stream ends, and before that `unread` if nobody has begun to read it one turn of the event loop from now. It
 * listens to nothing that would start the stream or take the place of the reader's own `error` listener.
 */
export function watchNodeStream(
  stream: Readable,
  { config, request }: AxiosResponse,
  onEnd: (end: BodyEnd, error?: unknown) => void,
): void {
  const message = request?.res as IncomingMessage | undefined
  let isCancelled = false
  message?.once('aborted', () => {
    // Where the server or the network broke it off, the socket was gone first and the request was left alone.
    isCancelled = request.aborted || message.socket?.destroyed === false
  })
  let ended = false
  const end = (how: BodyEnd, error?: unknown): void => {
    if (ended) return
    ended = true
    onEnd(how, error)
  }
  stream.once('end', () => end('complete'))
  stream.once('close', () => {
    const { errored } = stream
    const isCutOff = Boolean((message ?? stream).errored) && !isCancelled
    const cancelled = reasonToCancel(config)
    if (cancelled !== undefined) end('broken', cancelled)
    else if (isCutOff || isDecodingError(errored)) end('broken', errored)
    else end(stream.readableDidRead ? 'cancelled' : 'complete') // only its headers were wanted
  })
  setTimeout(() => !ended && isUnread(stream) && onEnd('unread'), 0)
}

/** Of the caller's signal or token, which axios obeys also while the body is read. */
function reasonToCancel({ signal, cancelToken }: InternalAxiosRequestConfig): unknown {
  return signal?.aborted ? (signal as AbortSignal).reason : cancelToken?.reason
}

function isUnread(stream: Readable): boolean {
  return (
    stream.readableFlowing === null &&
    !stream.readableDidRead &&
    stream.listenerCount('readable') === 0 &&
    !stream.destroyed
  )
}

/** Of zlib: the body could not be decompressed. */
function isDecodingError(error: Error | null): boolean {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException
  return typeof errno === 'number' && /^(Z_|ERR_|ZSTD_)/.test(String(code))
}
