import { type FetchRequest, isRequest } from './fetch-request.ts'

/** The caller's signal. */
export function signalOf({ input, init }: FetchRequest): AbortSignal | null | undefined {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal
}

/**
 * The `init` of a request with another signal. It repeats the referrer, because by the standard a Request that is fetched with an
 * `init` loses its own. An invalid signal stays, so that `fetch` throws.
 */
export function withSignal({ input, init }: FetchRequest, signal: AbortSignal): RequestInit {
  if (init == null) {
    const { referrer, referrerPolicy } = isRequest(input) ? input : {}
    return { ...(referrer && { referrer }), ...(referrerPolicy && { referrerPolicy }), signal }
  }
  if (init.signal != null && typeof init.signal.addEventListener !== 'function') return init
  // Not a copy: `init` may have inherited properties, and may even be a Request.
  return new Proxy(init, { get: (target, name) => (name === 'signal' ? signal : Reflect.get(target, name, target)) })
}
