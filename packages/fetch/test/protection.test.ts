import { CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures, exponentialBackoff } from '@cb/core'
import { type Dependency, dependency, fakeClock, until } from '@cb/test-kit'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HttpStatusError, protectFetch } from '../src/index.ts'
import { errorOf, fetches, turn } from './attempt.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
afterEach(() => service.close())
afterEach(() => vi.unstubAllGlobals())

function guarded(options: Parameters<typeof protectFetch>[1] = {}) {
  const clock = fakeClock()
  const defaults = {
    trip: consecutiveFailures(2),
    openDuration: 1_000,
    halfOpen: { maxConcurrent: 1, successThreshold: 1 },
    now: clock.now,
  }
  const fetch = protectFetch(globalThis.fetch, { registry: new CircuitBreakerRegistry({ defaults }), ...options })
  const breaker = fetch.registry.get(service.origin)
  const open = async () => {
    for (let n = 0; n < 2; n++) await fetch(`${service.origin}/status/500`)
    expect(breaker.state).toBe('open')
  }
  return { clock, fetch, breaker, open }
}

describe('a breaker of its origin', () => {
  test('opens, rejects, probes and closes', async () => {
    const { fetch, breaker, clock, open } = guarded()
    await open()
    expect(await errorOf(fetch(service.origin))).toBeInstanceOf(CircuitOpenError)
    clock.advance(1_000)
    expect(breaker.state).toBe('half-open')
    expect(await (await fetch(service.origin)).text()).toBe('hello')
    expect(breaker.state).toBe('closed')
  })

  test('also closes if the body of a probe is not read', async () => {
    const { fetch, breaker, clock, open } = guarded()
    await open()
    clock.advance(1_000)
    await fetch(`${service.origin}/stall/200`)
    await until(() => breaker.state === 'closed')
  })

  test('admits one probe while its body is read', async () => {
    const { fetch, breaker, clock, open } = guarded()
    await open()
    clock.advance(1_000)
    const body = (await fetch(`${service.origin}/stall/200`)).text()
    await turn()
    expect(await errorOf(fetch(service.origin))).toMatchObject({ code: 'ECIRCUITOPEN', reason: 'half-open' })
    service.release()
    await body
    expect(breaker.state).toBe('closed')
  })

  test('opens again when the body of a probe breaks off', async () => {
    const { fetch, breaker, clock, open } = guarded()
    await open()
    clock.advance(1_000)
    await errorOf((await fetch(`${service.origin}/cut/200`)).text())
    expect(breaker.state).toBe('open')
  })

  test('does not affect another origin', async () => {
    await using other = await dependency()
    const { fetch, open } = guarded()
    await open()
    expect((await fetch(other.origin)).status).toBe(200)
    expect(Array.from(fetch.registry, ({ name }) => name)).toEqual([service.origin, other.origin])
  })

  test('counts the end of a body from before it opened as late', async () => {
    const { fetch, breaker, clock, open } = guarded()
    const body = (await fetch(`${service.origin}/stall/200`)).text()
    await open()
    clock.advance(1_000)
    expect(breaker.state).toBe('half-open')
    service.release()
    expect(await body).toBe('partlate')
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', totals: { late: 1 } })
  })
})

describe('a rejected request', () => {
  test('opens no socket', async () => {
    const { fetch, breaker, open } = guarded()
    await open()
    const { connections, requests } = service
    for (let n = 0; n < 5; n++) await errorOf(fetch(service.origin, { method: 'POST', body: 'x' }))
    expect(service).toMatchObject({ connections, requests })
    expect(breaker.snapshot().totals.rejected).toBe(5)
  })

  test('leaves its Request unused, so that it can be sent later', async () => {
    const { fetch, clock, open } = guarded()
    await open()
    const request = new Request(`${service.origin}/echo`, { method: 'POST', body: 'x' })
    await errorOf(fetch(request))
    expect(request.bodyUsed).toBe(false)
    clock.advance(1_000)
    expect(await (await fetch(request)).json()).toMatchObject({ body: 'x' })
  })

  test("gets core's error, which has the breaker, the reason and the time to retry, and nothing of the request", async () => {
    const { fetch, open } = guarded()
    await open()
    const error = await errorOf(fetch(`${service.origin}/?secret=1`, { headers: { authorization: 'secret' } }))
    expect(error).toMatchObject({ code: 'ECIRCUITOPEN', breaker: service.origin, reason: 'open', retryAfterMs: 1_000 })
    expect(JSON.stringify(error) + error.stack).not.toContain('secret')
  })
})

describe('Retry-After', () => {
  test.each([
    ['/status/503?retry-after=20', 20_000],
    ['/status/429?retry-after=20', 20_000],
    ['/status/429?ratelimit-reset=20', 20_000],
    ['/status/503?retry-after=soon', 1_000],
    ['/status/500?retry-after=20', 1_000],
  ])('in %s keeps the breaker open for %i ms', async (path, ms) => {
    const { fetch, breaker } = guarded()
    await fetch(service.origin + path)
    await fetch(service.origin + path)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: ms })
  })

  test('may ask for more than a day, if maxRetryAfter allows it', async () => {
    const openDuration = exponentialBackoff({ maxRetryAfter: 604_800_000 })
    const fetch = protectFetch({ defaults: { trip: consecutiveFailures(1), openDuration, now: () => 0 } })
    await fetch(`${service.origin}/status/503?retry-after=172800`)
    expect(fetch.registry.get(service.origin).snapshot().retryAfterMs).toBe(172_800_000)
  })

  test('is part of the error that listeners get, beside the status', async () => {
    const { fetch, breaker } = guarded()
    const errors: unknown[] = []
    breaker.on('outcome', ({ error }) => errors.push(error))
    await fetch(`${service.origin}/status/503?retry-after=20`)
    expect(errors[0]).toBeInstanceOf(HttpStatusError)
    expect(errors[0]).toMatchObject({ code: 'HTTP_503', status: 503, retryAfterMs: 20_000 })
  })
})

describe('of one request, circuitBreaker', () => {
  test('false lets it pass, neither guarded nor counted', async () => {
    const { fetch, breaker, open } = guarded()
    await open()
    expect((await fetch(service.origin, { circuitBreaker: false })).status).toBe(200)
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, rejected: 0 })
  })

  test('names another breaker', async () => {
    const { fetch, open } = guarded()
    await open()
    expect((await fetch(service.origin, { circuitBreaker: { key: 'reports' } })).status).toBe(200)
    expect(fetch.registry.has('reports')).toBe(true)
  })

  test('is ignored by the server and by the fetch of undici', async () => {
    const fetch = protectFetch(undiciFetch)
    const dispatcher = new Agent()
    const circuitBreaker = { callTimeout: 60_000 }
    const answer = await fetch(`${service.origin}/echo`, { dispatcher, circuitBreaker, method: 'POST', body: 'x' })
    expect(await answer.json()).toMatchObject({ method: 'POST', body: 'x' })
    await dispatcher.close()
  })
})

describe('protectFetch()', () => {
  test('protects the global fetch, and a later replacement of it', async () => {
    const fetch = protectFetch()
    expect((await fetch(service.origin)).status).toBe(200)
    vi.stubGlobal('fetch', async () => new Response('fake', { status: 503 }))
    expect(await (await fetch(service.origin)).text()).toBe('fake')
    expect(fetch.registry.get(service.origin).snapshot().totals.failure).toBe(1)
  })

  test('can become the global fetch, and be wrapped then', async () => {
    const fetch = protectFetch()
    vi.stubGlobal('fetch', fetch)
    await turn()
    vi.stubGlobal('fetch', (input: string) => fetch(input))
    expect((await globalThis.fetch(service.origin)).status).toBe(200)
    expect(fetch.registry.get(service.origin).snapshot().totals.rejected).toBe(0)
  })

  test('can become the global fetch later, and be wrapped before its first call', async () => {
    const fetch = protectFetch()
    await turn()
    const calls: unknown[] = []
    vi.stubGlobal('fetch', fetch)
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => {
      calls.push(call[0])
      return fetch(...call)
    })
    expect((await globalThis.fetch(service.origin)).status).toBe(200)
    calls.length = 0 // from the first call on it knows
    expect((await globalThis.fetch(service.origin)).status).toBe(200)
    expect((await fetch(service.origin)).status).toBe(200)
    expect(calls).toEqual([service.origin])
  })

  test('can become the global fetch, and be used at once', async () => {
    const fetch = protectFetch()
    vi.stubGlobal('fetch', fetch)
    expect((await globalThis.fetch(service.origin)).status).toBe(200)
  })

  test('keeps the properties that a fetch has in another runtime', async () => {
    const own = Object.assign(async () => new Response('hello'), { preconnect: () => 'connected' })
    const fetch = protectFetch(own)
    expect(fetch.preconnect()).toBe('connected')
    expect(own).not.toHaveProperty('registry')
  })

  test('counts the same if it protects a protected fetch', async () => {
    const inner = protectFetch()
    const outer = protectFetch(inner)
    await (await outer(`${service.origin}/drip`)).text()
    await errorOf((await outer(`${service.origin}/cut/200`)).text())
    for (const { registry } of [inner, outer]) {
      expect(registry.get(service.origin).snapshot().totals).toMatchObject({ success: 1, failure: 1 })
    }
  })

  test.each(fetches)('has the name and the length of %s', (_name, bare) => {
    for (const fetch of [protectFetch(), protectFetch(bare)]) {
      expect([fetch.name, fetch.length]).toEqual([bare.name, bare.length])
      expect([fetch.name, fetch.length]).toEqual(['fetch', 1])
    }
  })
})

test('ten requests with a header that fetch rejects do not open the breaker', async () => {
  const fetch = protectFetch()
  for (let n = 0; n < 10; n++) {
    const error = await errorOf(fetch(service.origin, { headers: { 'x-user': 'Иван' } }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain('ByteString')
  }
  expect((await fetch(service.origin)).status).toBe(200)
  expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ ignored: 10, failure: 0 })
})
