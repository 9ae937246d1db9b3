import { causesOf, isObject } from './outcome.ts'

/**
 * Whether the platform rejects arguments of `fetch` with such an error. It is asked by making a Request of them, which sends nothing.
 * An error with a cause is one of the network.
 */
export function isRejectedByPlatform(error: unknown, url: string, init: object): boolean {
  if (typeof Request !== 'function') return false
  try {
    new Request(url, init)
    return false
  } catch (mistake) {
    const { name } = (mistake ?? {}) as Error
    return causesOf(error).some((it) => it.name === name && it.cause === undefined)
  }
}

/** By this property Node.js marks a web stream that has failed. */
const erroredMark = Symbol.for('nodejs.stream.errored')

interface Body {
  readonly [erroredMark]?: boolean
  readonly errored?: unknown
  readonly [Symbol.asyncIterator]?: () => AsyncIterator<unknown>
}

/** Bodies that have failed and do not show it. */
const failed = new WeakSet<object>()

/** Whether the stream or iterable that the caller uploads has failed with the error, for example because a file can't be read. */
export function isFailedUpload(body: unknown, error: unknown): boolean {
  if (!isObject(body)) return false
  const { [erroredMark]: isErrored, errored } = body as Body
  return isErrored === true || failed.has(body) || (isObject(errored) && causesOf(error).includes(errored))
}

/**
 * The same upload; of an async iterable, which does not show it, a view that records whether it has thrown. Streams show it by
 * themselves.
 */
export function watchUpload<T>(body: T): T {
  if (!isObject(body)) return body
  const iterate = (body as Body)[Symbol.asyncIterator]
  if (typeof iterate !== 'function' || 'getReader' in body || 'pipe' in body) return body
  const watched = async function* () {
    try {
      yield* { [Symbol.asyncIterator]: () => iterate.call(body) }
    } catch (error) {
      failed.add(body)
      throw error
    }
  }
  return new Proxy(body, {
    get(target, name) {
      if (name === Symbol.asyncIterator) return watched
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Records whether an upload fails that is a stream of the oldest kind of Node.js, such as one of form-data, which does not show it. */
export function watchOldStream(body: unknown): void {
  if (!isObject(body) || !('pipe' in body) || 'errored' in body) return
  const { once } = body as { once?: (event: string, listener: () => void) => void }
  once?.call(body, 'error', () => failed.add(body))
}
