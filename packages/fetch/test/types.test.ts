import type { CircuitBreakerRegistry } from '@cb/core'
import * as undici from 'undici'
import { expectTypeOf, test } from 'vitest'
import { type FetchFallback, type FetchRequest, protectFetch } from '../src/index.ts'

test('a protected fetch has the type of the fetch that it guards', () => {
  const fetch = protectFetch()
  const ofUndici = protectFetch(undici.fetch)
  const own = protectFetch(async (_url: URL, _init?: { tries: number }) => ({ status: 200, body: 'mine' }), {})

  const asGlobal: typeof globalThis.fetch = fetch
  const asUndici: typeof undici.fetch = ofUndici
  const twice: typeof globalThis.fetch = protectFetch(fetch)
  void [asGlobal, asUndici, twice]

  expectTypeOf(fetch).returns.toEqualTypeOf<Promise<Response>>()
  expectTypeOf(ofUndici).returns.toEqualTypeOf<Promise<undici.Response>>()
  expectTypeOf(own).returns.resolves.toEqualTypeOf<{ status: number; body: string }>()
  expectTypeOf(fetch.registry).toEqualTypeOf<CircuitBreakerRegistry>()
})

test('circuitBreaker of a request is typed, beside the other options', () => {
  const fetch = protectFetch(undici.fetch)
  const calls = () => [
    fetch('http://api.example', { circuitBreaker: false, dispatcher: new undici.Agent() }),
    fetch('http://api.example', {
      circuitBreaker: {
        key: 'it',
        callTimeout: 100,
        fallback(error, request, response) {
          expectTypeOf(error).toBeUnknown()
          expectTypeOf(request).toEqualTypeOf<FetchRequest>()
          expectTypeOf(response).toEqualTypeOf<Response | undefined>()
          return Response.json([])
        },
      },
    }),
    // @ts-expect-error unknown option
    fetch('http://api.example', { circuitBreaker: { timeout: 1 } }),
    // @ts-expect-error a fallback returns a Response
    fetch('http://api.example', { circuitBreaker: { fallback: () => 'text' } }),
    // @ts-expect-error misspelled option of fetch
    fetch('http://api.example', { methd: 'GET' }),
  ]
  expectTypeOf(calls).toBeFunction()
  expectTypeOf<FetchFallback>().returns.toEqualTypeOf<Response | PromiseLike<Response>>()
})
