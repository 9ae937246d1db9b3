import { BodyWatch, type OnBodyEnd } from './body-watch.ts'
import { watched, watchOf } from './layer.ts'
import { headerOf } from './outcome.ts'
import { watchedStream } from './watched-stream.ts'

/** Tells what becomes of the body of a response, by whatever way it is read. */
export function watchBody(response: Response, onEnd: OnBodyEnd): void {
  const watch = watchOf(response)
  if (watch === undefined) watched(response, new BodyWatch(onEnd), responseLayer)
  else watch.follow(onEnd)
}

const readers = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const
type Read = (this: Response) => Promise<unknown>

function responseLayer(base: Response): object {
  const layer = {
    get body(): unknown {
      const body: ReadableStream | null = Reflect.get(base, 'body', this)
      const watch = watchOf(this)
      return watch !== undefined && typeof body?.getReader === 'function' ? watchedStream(body, watch) : body
    },

    clone(this: Response): Response {
      const watch = watchOf(this)
      if (watch === undefined) return base.clone.call(this)
      const { branches } = watch
      const copy = base.clone.call(this)
      watch.branches = branches + 1 // it may have used the `tee` of the stream, which counts as well
      return watched(copy, watch, responseLayer)
    },
    ...Object.fromEntries(readers.map((name) => [name, reads(base, name)])),
  }
  // A fake one, or one of an older runtime, does not have them all.
  for (const name of Object.keys(layer)) if (!(name in base)) Reflect.deleteProperty(layer, name)
  return layer
}

function reads(base: Response, name: (typeof readers)[number]): Read {
  return async function (this: Response) {
    const read = () => (Reflect.get(base, name) as Read).call(this)
    const watch = watchOf(this)
    if (watch === undefined || watch.isRead || this.bodyUsed) return read() // a mistake, or the other branch of a clone
    watch.isRead = true
    try {
      const value = await read()
      watch.end('complete')
      return value
    } catch (error) {
      watch.end(isMisread(name, error, this) ? 'complete' : 'broken', error)
      throw error
    }
  }
}

/** The body was all there, and was not what its reader took it for. A form has no error of its own for that but in Bun. */
function isMisread(reader: string, error: unknown, response: Response): boolean {
  const { name, message, cause, code } = (error ?? {}) as Error & { code?: unknown }
  if (name === 'SyntaxError' || code === 'ERR_FORMDATA_PARSE_ERROR') return true
  const isBare = name === 'TypeError' && cause === undefined && code === undefined
  if (reader !== 'formData' || !isBare) return false
  // Chromium says the same of a form that breaks off and of what is no form.
  if (message === 'Failed to fetch') return !formType.test(String(headerOf(response, 'content-type')))
  return !/network|connection/i.test(message)
}

const formType = /^\s*(multipart\/form-data|application\/x-www-form-urlencoded)\b/i
