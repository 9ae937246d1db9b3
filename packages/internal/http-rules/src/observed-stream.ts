import type { BodyMonitor } from './body-monitor.ts'
import { monitorOf, observeBody } from './prototype-overlay.ts'

type Reader = ReadableStreamDefaultReader | ReadableStreamBYOBReader
type IterationOptions = { preventCancel?: boolean } | undefined

/** Returns the same stream; every way of reading it reports to `monitor`. */
export function observedStream<T>(stream: ReadableStream<T>, monitor: BodyMonitor): ReadableStream<T> {
  return observeBody(stream, monitor, streamOverlay)
}

function streamOverlay(base: ReadableStream): object {
  const overlay = {
    getReader(this: ReadableStream, ...options: [never]): Reader {
      const reader: Reader = base.getReader.apply(this, options)
      const monitor = monitorOf(this)
      if (monitor === undefined) return reader
      monitor.begin()
      reader.closed.then(
        () => Promise.resolve().then(() => monitor.end('complete')), // `closed` resolves before the last chunk does
        (error) => released.has(reader) || monitor.end('broken', error),
      )
      return observeBody(reader, monitor, readerOverlay)
    },

    cancel(this: ReadableStream, reason: unknown): Promise<void> {
      if (!this?.locked) monitorOf(this)?.cancel()
      return base.cancel.call(this, reason)
    },

    async pipeTo(this: ReadableStream, ...args: Parameters<ReadableStream['pipeTo']>): Promise<void> {
      const monitor = monitorOf(this)
      if (monitor === undefined || this.locked) return base.pipeTo.apply(this, args)
      if (monitor.seesChunks) return visiblePipe(this.getReader(), args)
      monitor.begin()
      try {
        await base.pipeTo.apply(this, args)
      } catch (error) {
        if (!this.locked) settleFailedPipe(base.getReader.call(this), monitor, error)
        throw error
      }
      monitor.end('complete')
    },

    /** With valid arguments it pipes, as the standard says, and ignores how the piping ends. */
    pipeThrough(this: ReadableStream, ...args: Parameters<ReadableStream['pipeThrough']>): ReadableStream {
      const [{ writable, readable }, options] = args
      const isValid =
        monitorOf(this) !== undefined &&
        !this.locked &&
        writable instanceof WritableStream &&
        !writable.locked &&
        (options?.signal === undefined || options.signal instanceof AbortSignal)
      if (!isValid) return base.pipeThrough.apply(this, args)
      this.pipeTo(writable, options).catch(() => {})
      return readable
    },

    tee(this: ReadableStream): [ReadableStream, ReadableStream] {
      const monitor = monitorOf(this)
      const [one, other] = base.tee.call(this)
      if (monitor === undefined) return [one, other]
      return [observedStream(one, monitor), observedStream(other, monitor.divide())]
    },

    values(this: ReadableStream, options?: IterationOptions): AsyncIterableIterator<unknown> {
      const iterator = base.values.call(this, options as never) as AsyncIterableIterator<unknown>
      const monitor = monitorOf(this)
      if (monitor === undefined) return iterator
      return observedIterator(iterator, monitor, options?.preventCancel === true)
    },
  }
  return Object.assign(overlay, { [Symbol.asyncIterator]: overlay.values })
}

/** Readers that have released their lock, at which their `closed` rejects. */
const released = new WeakSet<Reader>()

function readerOverlay(base: Reader): object {
  return {
    read(this: Reader, ...options: [never]): Promise<unknown> {
      const chunk: Promise<unknown> = base.read.apply(this, options)
      return monitorOf(this)?.reading(chunk) ?? chunk
    },

    cancel(this: Reader, reason: unknown): Promise<void> {
      if (!released.has(this)) monitorOf(this)?.cancel()
      return base.cancel.call(this, reason)
    },

    releaseLock(this: Reader): void {
      base.releaseLock.call(this)
      if (released.has(this)) return
      released.add(this)
      monitorOf(this)?.release()
    },
  }
}

/** Pipes what the reader reads, because a native pipe does not show its chunks. */
async function visiblePipe(
  reader: ReadableStreamDefaultReader,
  args: Parameters<ReadableStream['pipeTo']>,
): Promise<void> {
  try {
    await readOn(reader).pipeTo(...args)
  } finally {
    reader.releaseLock()
  }
}

/** A stream of what the reader reads. It begins to read at once, as a native method does. */
export function readOn(reader: ReadableStreamDefaultReader): ReadableStream {
  let first: ReturnType<typeof reader.read> | undefined = reader.read()
  first.catch(() => {}) // `pull` takes it
  const source = {
    async pull(controller: ReadableStreamDefaultController): Promise<void> {
      const next = first ?? reader.read()
      first = undefined
      const { done, value } = await next
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** The stream broke with that same error, or the pipe cancelled it, or left it as it is (`preventCancel`). */
function settleFailedPipe(reader: Reader, monitor: BodyMonitor, error: unknown): void {
  const { closed } = reader
  reader.releaseLock()
  closed.then(
    () => monitor.cancel(),
    (reason) => (reason === error ? monitor.end('broken', error) : monitor.release()),
  )
}

function observedIterator<T extends AsyncIterator<unknown>>(
  iterator: T,
  monitor: BodyMonitor,
  preventCancel: boolean,
): T {
  const { next, return: finish } = iterator
  monitor.begin()
  return Object.assign(iterator, {
    async next() {
      try {
        const result = await monitor.reading(next.call(iterator))
        if (result.done) monitor.end('complete')
        return result
      } catch (error) {
        monitor.end('broken', error)
        throw error
      }
    },
    return(value: unknown) {
      if (preventCancel) monitor.release()
      else monitor.cancel()
      return finish?.call(iterator, value)
    },
  })
}
