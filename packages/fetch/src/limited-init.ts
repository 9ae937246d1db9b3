import { type FetchRequest, isRequest } from './fetch-request.ts'

/** The signal by which the caller can end a request. */
export function signalOf({ input, init }: FetchRequest): AbortSignal | null | undefined {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal
}

/**
 * What goes with `input`, with another signal. A Request that comes with anything forgets its referrer, by the standard; so that
 * goes along. A signal that is none stays, for `fetch` to refuse.
 */
export function limitedInit({ input, init }: FetchRequest, signal: AbortSignal): RequestInit {
  if (init == null) {
    const { referrer, referrerPolicy } = isRequest(input) ? input : {}
    return { ...(referrer && { referrer }), ...(referrerPolicy && { referrerPolicy }), signal }
  }
  if (init.signal != null && typeof init.signal.addEventListener !== 'function') return init
  // No copy: it may inherit, and a Request may serve as init.
  return new Proxy(init, { get: (target, name) => (name === 'signal' ? signal : Reflect.get(target, name, target)) })
}
