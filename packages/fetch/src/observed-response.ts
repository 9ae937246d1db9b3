import {
  BodyMonitor,
  type IdleTimer,
  monitorOf,
  type OnBodyEnd,
  observeBody,
  observedStream,
  readOn,
} from '@cb/http-rules'

/** Reports how the body of a response ends, whichever way it is read. */
export function observeResponse(response: Response, onEnd: OnBodyEnd, idle?: IdleTimer, maxBytes?: number): void {
  let monitor = monitorOf(response)
  if (monitor === undefined) {
    monitor = new BodyMonitor()
    observeBody(response, monitor, responseOverlay)
  }
  monitor.addListener(onEnd, idle, maxBytes)
}

const readers = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const
type Read = (this: Response) => Promise<unknown>

function responseOverlay(base: Response): object {
  const overlay = {
    get body(): unknown {
      const body: ReadableStream | null = Reflect.get(base, 'body', this)
      const monitor = monitorOf(this)
      return monitor !== undefined && typeof body?.getReader === 'function' ? observedStream(body, monitor) : body
    },

    clone(this: Response): Response {
      const monitor = monitorOf(this)
      if (monitor === undefined) return base.clone.call(this)
      const { branches } = monitor
      const copy = base.clone.call(this)
      // `clone` may have called the stream's `tee`, which divides the body.
      const branch = monitor.branches === branches ? undefined : monitorOf(Reflect.get(base, 'body', copy) as object)
      return observeBody(copy, branch ?? monitor.divide(), responseOverlay)
    },
    ...Object.fromEntries(readers.map((name) => [name, observedReader(base, name)])),
  }
  // A fake response, or one of an older runtime, does not have all methods.
  for (const name of Object.keys(overlay)) if (!(name in base)) Reflect.deleteProperty(overlay, name)
  return overlay
}

function observedReader(base: Response, name: (typeof readers)[number]): Read {
  const read = Reflect.get(base, name) as Read
  const NativeResponse = nativeClass(base)
  const isNative = read === Reflect.get(NativeResponse.prototype, name)
  return async function (this: Response) {
    const monitor = monitorOf(this)
    // Not observed: a second read, which is a mistake, or the other branch of a clone.
    if (monitor === undefined || monitor.isRead || this.bodyUsed) return read.call(this)
    // Read chunk by chunk, because a native method does not show them; one of a subclass may need the response itself.
    const isVisible = monitor.seesChunks && isNative && typeof this.body?.getReader === 'function'
    if (!isVisible) monitor.begin()
    try {
      const { headers } = this
      const source = isVisible
        ? new NativeResponse(readOn((this.body as ReadableStream).getReader()), { headers })
        : this
      const value = await read.call(source)
      monitor.end('complete')
      return value
    } catch (error) {
      monitor.end(isParseError(name, error, this) ? 'complete' : 'broken', error)
      throw error
    }
  }
}

/** The class of the platform or the library, of which a program may have made its own. */
function nativeClass(base: object): typeof Response {
  let found = base
  for (let next: object | null = base; next !== null; next = Object.getPrototypeOf(next)) {
    if (Object.hasOwn(next, 'text')) found = next
  }
  return found.constructor as typeof Response
}

/** Whether the body was complete but in another format than the reader expects. Only Bun has a distinct error for forms. */
function isParseError(reader: string, error: unknown, response: Response): boolean {
  const { name, message, cause, code } = (error ?? {}) as Error & { code?: unknown }
  if (name === 'SyntaxError' || code === 'ERR_FORMDATA_PARSE_ERROR') return true
  const isBare = name === 'TypeError' && cause === undefined && code === undefined
  if (reader !== 'formData' || !isBare) return false
  // Chromium has the same message for a form that breaks off and for a body that is not a form.
  if (message === 'Failed to fetch') return !formType.test(String(response.headers.get('content-type')))
  return !/network|connection/i.test(message)
}

const formType = /^\s*(multipart\/form-data|application\/x-www-form-urlencoded)\b/i
