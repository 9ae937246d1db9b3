import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { BodyEnd, IdleTimer, OnBodyEnd } from '@cb/http-rules'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'

export function isNodeStream(data: unknown): data is Readable {
  const { on, destroy } = (data ?? {}) as Partial<Readable>
  return typeof on === 'function' && typeof destroy === 'function'
}

/**
 * Calls `onEnd` once with how the stream ends, and before that with `unread` if its reading has not begun one turn of the event loop
 * from now. It adds no listener that would start the stream or replace the reader's own `error` listener.
 */
export function observeNodeStream(stream: Readable, { config, request }: AxiosResponse, onEnd: OnBodyEnd): void {
  const message = request?.res as IncomingMessage | undefined
  let isCancelled = false
  message?.once('aborted', () => {
    // If the server or the network had broken it off, the socket would be destroyed and the request not aborted.
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
    const cancellation = cancellationOf(config)
    if (cancellation !== undefined) end('broken', cancellation)
    else if (isCutOff || isDecodingError(errored)) end('broken', errored)
    else end(stream.readableDidRead ? 'cancelled' : 'complete') // the reader wanted only the headers
  })
  setTimeout(() => !ended && isUnread(stream) && onEnd('unread'), 0)
}

/** Every chunk that arrives passes through `push`; a listener for chunks would start the stream. */
export function timeNodeStream(stream: Readable, { request }: AxiosResponse, idle: IdleTimer): void {
  const source: Readable = request?.res ?? stream
  const { push } = source
  const isWaiting = () => !isUnread(stream) && stream.readableLength === 0 && source.readableLength === 0
  source.push = function (this: Readable, ...chunk) {
    if (chunk[0] === null) idle.stop()
    else idle.start(isWaiting)
    return push.apply(this, chunk)
  }
  stream.once('close', () => idle.stop())
  if (!source.readableEnded && !stream.destroyed) idle.start(isWaiting)
}

/** The reason of the caller's signal or token, which axios obeys also while the body is read. */
function cancellationOf({ signal, cancelToken }: InternalAxiosRequestConfig): unknown {
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

/** Whether it is an error of zlib: the body could not be decompressed. */
function isDecodingError(error: Error | null): boolean {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException
  return typeof errno === 'number' && /^(Z_|ERR_|ZSTD_)/.test(String(code))
}
