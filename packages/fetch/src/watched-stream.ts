import type { BodyWatch } from './body-watch.ts'
import { watched, watchOf } from './layer.ts'

type Reader = ReadableStreamDefaultReader | ReadableStreamBYOBReader
type IterationOptions = { preventCancel?: boolean } | undefined

/** The same stream; every way of reading it reports to `watch`. */
export function watchedStream<T>(stream: ReadableStream<T>, watch: BodyWatch): ReadableStream<T> {
  return watched(stream, watch, streamLayer)
}

function streamLayer(base: ReadableStream): object {
  const layer = {
    getReader(this: ReadableStream, ...options: [never]): Reader {
      const reader: Reader = base.getReader.apply(this, options)
      const watch = watchOf(this)
      if (watch === undefined) return reader
      watch.isRead = true
      reader.closed.then(
        () => watch.end('complete'),
        (error) => released.has(reader) || watch.end('broken', error),
      )
      return watched(reader, watch, readerLayer)
    },

    cancel(this: ReadableStream, reason: unknown): Promise<void> {
      if (!this?.locked) watchOf(this)?.cancel()
      return base.cancel.call(this, reason)
    },

    async pipeTo(this: ReadableStream, ...args: Parameters<ReadableStream['pipeTo']>): Promise<void> {
      const watch = watchOf(this)
      if (watch === undefined || this.locked) return base.pipeTo.apply(this, args)
      watch.isRead = true
      try {
        await base.pipeTo.apply(this, args)
      } catch (error) {
        if (!this.locked) pipeBroke(base.getReader.call(this), watch, error)
        throw error
      }
      watch.end('complete')
    },

    /** What it does by the standard, where nothing is wrong: piping, with nobody to tell how that ended. */
    pipeThrough(this: ReadableStream, ...args: Parameters<ReadableStream['pipeThrough']>): ReadableStream {
      const [{ writable, readable }, options] = args
      const isSound =
        watchOf(this) !== undefined &&
        !this.locked &&
        writable instanceof WritableStream &&
        !writable.locked &&
        (options?.signal === undefined || options.signal instanceof AbortSignal)
      if (!isSound) return base.pipeThrough.apply(this, args)
      this.pipeTo(writable, options).catch(() => {})
      return readable
    },

    tee(this: ReadableStream): [ReadableStream, ReadableStream] {
      const watch = watchOf(this)
      const [one, other] = base.tee.call(this)
      if (watch === undefined) return [one, other]
      watch.branches++
      return [watchedStream(one, watch), watchedStream(other, watch)]
    },

    values(this: ReadableStream, options?: IterationOptions): AsyncIterableIterator<unknown> {
      const iterator = base.values.call(this, options as never) as AsyncIterableIterator<unknown>
      const watch = watchOf(this)
      if (watch === undefined) return iterator
      return watchedIteration(iterator, watch, options?.preventCancel === true)
    },
  }
  return Object.assign(layer, { [Symbol.asyncIterator]: layer.values })
}

/** Readers that were given back; their `closed` rejects then. */
const released = new WeakSet<Reader>()

function readerLayer(base: Reader): object {
  return {
    cancel(this: Reader, reason: unknown): Promise<void> {
      if (!released.has(this)) watchOf(this)?.cancel()
      return base.cancel.call(this, reason)
    },

    releaseLock(this: Reader): void {
      base.releaseLock.call(this)
      if (released.has(this)) return
      released.add(this)
      watchOf(this)?.release()
    },
  }
}

/** Whose fault it was: the stream is broken with that very error, or it was cancelled, or left as it is (`preventCancel`). */
function pipeBroke(reader: Reader, watch: BodyWatch, error: unknown): void {
  const { closed } = reader
  reader.releaseLock()
  closed.then(
    () => watch.cancel(),
    (reason) => (reason === error ? watch.end('broken', error) : watch.release()),
  )
}

function watchedIteration<T extends AsyncIterator<unknown>>(iterator: T, watch: BodyWatch, keepsStream: boolean): T {
  const { next, return: finish } = iterator
  watch.isRead = true
  return Object.assign(iterator, {
    async next() {
      try {
        const result = await next.call(iterator)
        if (result.done) watch.end('complete')
        return result
      } catch (error) {
        watch.end('broken', error)
        throw error
      }
    },
    return(value: unknown) {
      if (keepsStream) watch.release()
      else watch.cancel()
      return finish?.call(iterator, value)
    },
  })
}
