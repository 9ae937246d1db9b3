import { typeName } from '@cb/checks'
import type { CircuitBreakerRegistry } from '@cb/core'
import { guardedCall, parseOptions, parseRequestProtection, watchUpload } from '@cb/http-rules'
import { fetchAdapter, type ProtectFetchOptions, replaceResponse } from './adapter.ts'
import { type FetchRequest, LazyRequest } from './fetch-request.ts'
import type { RequestProtection } from './request-protection.ts'

/** A `fetch`, reduced to the types that are used here. */
type PlainFetch = (input: FetchRequest['input'], init?: RequestInit) => Promise<Response>

/** Any `fetch`. */
// biome-ignore lint/suspicious/noExplicitAny: with `never` the type of the init would be `never`
export type AnyFetch = (input: any, init?: any) => Promise<object>

/** The additional option of a protected `fetch`. */
export interface Protectable {
  /** Protection of this request; `false` lets it pass, neither guarded nor counted. */
  circuitBreaker?: false | RequestProtection
}

/** A `fetch` of the same signature and types, behind circuit breakers. */
export type ProtectedFetch<F extends AnyFetch> = ((
  input: Parameters<F>[0],
  init?: NonNullable<Parameters<F>[1]> & Protectable,
) => ReturnType<F>) &
  F & {
    /** The breakers, by key. */
    readonly registry: CircuitBreakerRegistry
  }

/**
 * Puts circuit breakers around a `fetch`, one per origin. While a breaker is open its requests reject with a `CircuitOpenError`
 * and nothing is sent.
 * Without a `fetch` of yours it is `globalThis.fetch`, looked up for each call, so that a later wrapper or fake of it is used.
 * @throws TypeError or RangeError naming the option.
 */
export function protectFetch(options?: ProtectFetchOptions): ProtectedFetch<typeof globalThis.fetch>
export function protectFetch<F extends AnyFetch>(fetch: F, options?: ProtectFetchOptions): ProtectedFetch<F>
export function protectFetch(
  first?: AnyFetch | ProtectFetchOptions,
  second?: ProtectFetchOptions,
): ProtectedFetch<typeof globalThis.fetch> {
  const [ownFetch, options = {}] = typeof first === 'function' ? [first as PlainFetch, second] : [undefined, first]
  if (ownFetch === undefined && second !== undefined) {
    throw new TypeError(`fetch must be a function, got ${typeName(first)}`)
  }
  const settings = parseOptions(fetchAdapter, options)
  const { registry } = settings
  const currentFetch = ownFetch === undefined ? globalFetch(() => guarded) : () => ownFetch

  const guarded = async (input: FetchRequest['input'], init?: RequestInit & Protectable): Promise<Response> => {
    const fetch = currentFetch()
    const protection = parseRequestProtection(init)
    if (protection === false) return fetch(input, init)
    const request = new LazyRequest(input, init)
    const call = (signal?: AbortSignal) => {
      const body = watchUpload(init?.body)
      if (signal === undefined && body === init?.body) return fetch(input, init)
      return fetch(input, request.initWith({ ...(signal && { signal }), ...(body != null && { body }) }))
    }
    return guardedCall(settings, protection, request, call, replaceResponse)
  }
  Object.defineProperties(guarded, { name: { value: 'fetch' }, length: { value: 1 } })
  return Object.assign(guarded, ownFetch, { registry }) as unknown as ProtectedFetch<typeof globalThis.fetch>
}

/** The present global `fetch`; if the protected one is in it, the one before it. */
function globalFetch(self: () => unknown): () => PlainFetch {
  const before = globalThis.fetch
  let isInstalled = false
  let isCalling = false
  const check = () => {
    isInstalled ||= isCalling || globalThis.fetch === self()
  }
  const current: PlainFetch = (input, init) => {
    isCalling = true // a call of the protected one meanwhile comes from the global one, which may be a wrapper of it
    try {
      return globalThis.fetch(input, init)
    } finally {
      isCalling = false
    }
  }
  queueMicrotask(check)
  return () => {
    check()
    return isInstalled ? before : current
  }
}
