import { getEventListeners } from 'node:events'
import { CallTimeoutError, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { type Dependency, dependency, fakeClock, until } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { errorOf, fetches, turn } from './attempt.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
afterEach(() => service.close())
afterEach(() => vi.unstubAllGlobals())

describe.each(fetches)('a call timeout of %s', (_name, bare) => {
  test('rejects with a CallTimeoutError, and closes the connection', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 500 } })
    const error = await errorOf(fetch(`${service.origin}/hang`))
    expect(error).toBeInstanceOf(CallTimeoutError)
    expect(error).toMatchObject({ code: 'ECALLTIMEOUT', breaker: service.origin, callTimeout: 500 })
    await until(() => service.abandoned === 1)
    expect(fetch.registry.get(service.origin).snapshot().totals.failure).toBe(1)
  })

  test('ends a body while it is read, and closes the connection', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 1_000 } })
    const response = await fetch(`${service.origin}/stall/200`)
    expect(await errorOf(response.text())).toBeInstanceOf(CallTimeoutError)
    await until(() => service.abandoned === 1)
    expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ failure: 1, success: 0 })
  })

  test('ends the body of a failing status, after its failure is counted', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 1_000 } })
    const response = await fetch(`${service.origin}/stall/500`)
    expect(await errorOf(response.text())).toBeInstanceOf(CallTimeoutError)
    expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ failure: 1, late: 0 })
  })

  test('closes the connection of a body that is not read, after its success is counted', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 1_000 } })
    const response = await fetch(`${service.origin}/stall/200`)
    await until(() => service.abandoned === 1)
    expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ failure: 0, success: 1, late: 0 })
    expect(await errorOf(response.text())).toBeInstanceOf(Error)
  })

  test.each<[string, string, object]>([
    ['of a call that settles at the headers', '/stall/200', { settleAt: 'headers' }],
    ['of an event stream', '/stall/200?content-type=text/event-stream', {}],
  ])('does not limit the body %s', async (_what, path, options) => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 1_000 }, ...options })
    const response = await fetch(service.origin + path)
    const body = response.text()
    setTimeout(() => service.release(), 200)
    expect(await body).toBe('partlate')
  })

  test('leaves the abort to the caller, before and after the timeout is cleared', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 60_000 } })
    for (const path of ['/hang', '/stall/200', '/stall/500', '/stall/200?content-type=text/event-stream']) {
      const controller = new AbortController()
      const reason = new Error('no longer needed')
      const call = errorOf(fetch(service.origin + path, { signal: controller.signal }).then((it) => it.text()))
      setTimeout(() => controller.abort(reason), 50)
      expect(await call).toBe(reason)
    }
    await until(() => service.abandoned === 4)
    const { totals } = fetch.registry.get(service.origin).snapshot()
    expect(totals).toMatchObject({ ignored: 2, failure: 1, success: 1 })
  })

  test('of one request replaces the one of the breaker', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 60_000 } })
    const error = await errorOf(fetch(`${service.origin}/hang`, { circuitBreaker: { callTimeout: 500 } }))
    expect(error).toMatchObject({ code: 'ECALLTIMEOUT', callTimeout: 500 })
  })

  test('limits a call with a Request', async () => {
    const fetch = protectFetch(bare, { defaults: { callTimeout: 500 } })
    const request = new Request(`${service.origin}/hang`, { method: 'POST', body: 'x' })
    const call = bare === globalThis.fetch ? fetch(request) : fetch(request.url, request)
    expect(await errorOf(call)).toMatchObject({ code: 'ECALLTIMEOUT' })
  })
})

test('a call timeout comes from a given registry, and is shorter for probes', async () => {
  const { now, advance } = fakeClock()
  const registry = new CircuitBreakerRegistry({
    defaults: {
      ...{ trip: consecutiveFailures(1), openDuration: 1_000, now },
      ...{ callTimeout: 60_000, halfOpen: { callTimeout: 500 } },
    },
  })
  const fetch = protectFetch({ registry })
  await fetch(`${service.origin}/status/500`)
  advance(1_000)
  expect(await errorOf(fetch(`${service.origin}/hang`))).toMatchObject({ code: 'ECALLTIMEOUT', callTimeout: 500 })
})

test('a call timeout also ends a fetch that ignores its signal', async () => {
  const deaf: typeof globalThis.fetch = () => new Promise(() => {})
  const fetch = protectFetch(deaf, { defaults: { callTimeout: 500 } })
  expect(await errorOf(fetch('http://api.example/'))).toBeInstanceOf(CallTimeoutError)
})

describe('a long-lived signal of the caller', () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length

  test.each<[string, (fetch: typeof globalThis.fetch) => Promise<unknown>]>([
    ['was read', async (fetch) => (await fetch(service.origin, { signal })).text()],
    ['was cancelled', async (fetch) => (await fetch(`${service.origin}/stall/200`, { signal })).body?.cancel()],
    [
      'was streamed',
      async (fetch) => {
        for await (const _chunk of (await fetch(service.origin, { signal })).body as ReadableStream);
      },
    ],
    ['broke off', async (fetch) => errorOf((await fetch(`${service.origin}/cut/200`, { signal })).text())],
    ['failed', async (fetch) => errorOf(fetch(`${service.origin}/reset`, { signal }))],
    ['had no body', async (fetch) => fetch(`${service.origin}/status/204`, { signal })],
    ['had a failing status', async (fetch) => (await fetch(`${service.origin}/status/500`, { signal })).text()],
    [
      'was an event stream',
      async (fetch) => {
        const { body } = await fetch(`${service.origin}/events`, { signal })
        for await (const _chunk of body as ReadableStream) break
      },
    ],
  ])('has no listener left of a call that %s', async (_what, call) => {
    // This fetch adds no listener of its own, so any listener that is left comes from the adapter.
    const heedless: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, { ...init, signal: null })
    await call(protectFetch(heedless, { defaults: { callTimeout: 60_000 } }))
    await turn()
    expect(listeners()).toBe(0)
  })

  test('has no listener left of a call with an unread body after its timeout', async () => {
    const fetch = protectFetch({ defaults: { callTimeout: 500 } })
    await fetch(`${service.origin}/stall/200`, { signal })
    await until(() => service.abandoned === 1)
    expect(listeners()).toBe(0)
  })
})

test('a call without timeout and signal makes no AbortController and passes the same arguments on', async () => {
  const Real = globalThis.AbortController
  let made = 0
  vi.stubGlobal(
    'AbortController',
    class extends Real {
      constructor() {
        super()
        made++
      }
    },
  )
  const given: unknown[][] = []
  const bare: typeof globalThis.fetch = async (...args) => {
    given.push(args)
    return new Response('hello')
  }
  const fetch = protectFetch(bare)
  const init = { method: 'POST', circuitBreaker: { key: 'it' } }
  await (await fetch(service.origin, init)).text()
  expect(made).toBe(0)
  expect(given[0]?.[0]).toBe(service.origin)
  expect(given[0]?.[1]).toBe(init)
  await protectFetch(bare, { defaults: { callTimeout: 60_000 } })(service.origin)
  expect(made).toBe(1)
})
