import { CircuitBreakerRegistry, consecutiveFailures, type Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ProtectFetchOptions, protectFetch, type SettledFetch } from '../src/index.ts'
import { errorOf, observedFetch } from './attempt.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())
afterEach(() => vi.restoreAllMocks())

describe('protectFetch throws for', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['null', null, TypeError, 'protectFetch must be an object, got null'],
    ['a string', 'https://api.example', TypeError, 'protectFetch must be an object, got "https://api.example"'],
    [
      'an option of the breaker that stands beside defaults',
      { callTimeout: 500 },
      TypeError,
      'unknown option "callTimeout" in protectFetch: did you mean defaults.callTimeout?',
    ],
    [
      'an unknown option',
      { retries: 3 },
      TypeError,
      'unknown option "retries" in protectFetch; known options: registry, defaults',
    ],
    [
      'an invalid registry',
      { registry: new Map() },
      TypeError,
      'registry must be a CircuitBreakerRegistry, got an object',
    ],
    [
      'defaults beside a registry',
      { registry: new CircuitBreakerRegistry(), defaults: {} },
      TypeError,
      'defaults must be left out where a registry is given',
    ],
    [
      'defaults that are null',
      { defaults: null },
      TypeError,
      'defaults must be an object of breaker options, got null',
    ],
    ['bad defaults', { defaults: { openDuration: -1 } }, RangeError, 'openDuration must be'],
    ['a bad callTimeout', { defaults: { callTimeout: Number.NaN } }, RangeError, 'callTimeout must be'],
    [
      'a classify in the defaults',
      { defaults: { classify: () => 'success' } },
      TypeError,
      'use the classify option of protectFetch',
    ],
    ['overrides that are not a function', { overrides: {} }, TypeError, 'overrides must be a function, got an object'],
    ['a key that is not a function', { key: 'x' }, TypeError, 'key must be a function, got "x"'],
    ['a classify that is not a function', { classify: 1 }, TypeError, 'classify must be a function, got 1'],
    ['an unknown settleAt', { settleAt: 'end' }, RangeError, `settleAt must be 'headers' or 'body', got "end"`],
    ['a settleAt that is not a string', { settleAt: 1 }, TypeError, `settleAt must be 'headers' or 'body'`],
    ['an unknown whenOpen', { whenOpen: 'reject' }, RangeError, `whenOpen must be 'throw' or 'respond', got "reject"`],
    ['an idleTimeout of 0', { idleTimeout: 0 }, RangeError, 'idleTimeout must be'],
    ['invalid writes', { writes: 'POST' }, TypeError, 'writes must be'],
    ['writes with bad options', { writes: { openDuration: 0 } }, RangeError, 'openDuration must be'],
  ])('%s', (_what, options, type, message) => {
    for (const protect of [
      () => protectFetch(options as ProtectFetchOptions),
      () => protectFetch(globalThis.fetch, options as ProtectFetchOptions),
    ]) {
      expect(protect).toThrow(type)
      expect(protect).toThrow(message)
    }
  })

  test.each([null, {}, 'fetch'])('%s instead of a fetch', (fetch) => {
    expect(() => protectFetch(fetch as never, {})).toThrow('fetch must be a function, got')
  })
})

describe('a request rejects whose circuitBreaker is or has', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['true', true, TypeError, 'circuitBreaker must be false or an object, got a boolean'],
    ['null', null, TypeError, 'circuitBreaker must be false or an object, got null'],
    [
      'an unknown option',
      { timeout: 1 },
      TypeError,
      'unknown option "timeout" in circuitBreaker; known options: key, fallback, callTimeout',
    ],
    [
      'an empty key',
      { key: '' },
      TypeError,
      'circuitBreaker.key must be a string of 1 to 256 characters, got an empty string',
    ],
    ['a long key', { key: 'k'.repeat(300) }, RangeError, 'got 300 characters'],
    ['a key that is not a string', { key: 7 }, TypeError, 'got a number'],
    [
      'a fallback that is not a function',
      { fallback: [] },
      TypeError,
      'circuitBreaker.fallback must be a function, got an array',
    ],
    ['a callTimeout that is not a number', { callTimeout: '1s' }, TypeError, 'circuitBreaker.callTimeout must be'],
    ['a callTimeout of 0', { callTimeout: 0 }, RangeError, 'circuitBreaker.callTimeout must be'],
    [
      'an infinite callTimeout',
      { callTimeout: Number.POSITIVE_INFINITY },
      RangeError,
      'circuitBreaker.callTimeout must be',
    ],
  ])('%s, and nothing is sent', async (_what, circuitBreaker, type, message) => {
    const bare = vi.fn(globalThis.fetch)
    const { fetch, outcomeNames } = observedFetch(bare)
    const error = await errorOf(fetch(service.origin, { circuitBreaker: circuitBreaker as false }))
    expect(error).toBeInstanceOf(type)
    expect(error.message).toContain(message)
    expect(outcomeNames()).toEqual([])
    expect(bare).not.toHaveBeenCalled()
  })
})

describe('overrides', () => {
  test('are called once, when a breaker is made, and replace the defaults', async () => {
    const overrides = vi.fn(() => ({ openDuration: 7 }))
    const fetch = protectFetch({ defaults: { trip: consecutiveFailures(3) }, overrides })
    await fetch(service.origin)
    await fetch(service.origin)
    expect(overrides).toHaveBeenCalledExactlyOnceWith(
      service.origin,
      expect.objectContaining({ input: service.origin }),
    )
    const { config } = fetch.registry.get(service.origin).snapshot()
    expect(config).toMatchObject({ trip: { threshold: 3 }, openDuration: { duration: 7 } })
  })

  test.each([{ openDuration: -1 }, { classify: () => 'success' as const }])(
    'that are invalid, such as %o, make the request reject',
    async (bad) => {
      const fetch = protectFetch({ overrides: () => bad })
      expect((await errorOf(fetch(service.origin))).message).toContain(Object.keys(bad)[0])
    },
  )
})

describe('classify', () => {
  test('makes a failure of an Error that it returns, whose retryAfterMs counts, and which the fallback gets', async () => {
    const maintenance = Object.assign(new Error('maintenance'), { retryAfterMs: 60_000 })
    const fetch = protectFetch({
      defaults: { trip: consecutiveFailures(1), now: () => 0 },
      classify: ({ response }) => (response?.headers.has('x-maintenance') ? maintenance : undefined),
    })
    const seen: unknown[] = []
    fetch.registry.on('outcome', ({ error }) => seen.push(error))
    const fallback = (error: unknown) => Response.json(seen.push(error))
    await fetch(`${service.origin}/status/200?x-maintenance=1`, { circuitBreaker: { fallback } })
    expect(seen).toEqual([maintenance, maintenance])
    expect(await errorOf(fetch(service.origin))).toMatchObject({ code: 'ECIRCUITOPEN', retryAfterMs: 60_000 })
  })

  test.each<Outcome>(['success', 'failure', 'ignored'])('decides: %s', async (outcome) => {
    const { fetch, outcomeNames } = observedFetch(globalThis.fetch, { classify: () => outcome })
    await (await fetch(`${service.origin}/status/404`)).text()
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual([outcome])
  })

  test('receives response, error and request, and leaves the outcome to the table if it returns undefined', async () => {
    const seen: SettledFetch[] = []
    const classify = (settled: SettledFetch) => {
      seen.push(settled)
      return settled.response?.headers.has('x-maintenance') ? ('failure' as const) : undefined
    }
    const { fetch, outcomes } = observedFetch(globalThis.fetch, { classify })
    const response = await fetch(`${service.origin}/status/200?x-maintenance=1`)
    const error = await errorOf(fetch(`${service.origin}/reset`))
    await (await fetch(`${service.origin}/status/404`)).text()
    expect(seen[0]?.response).toBe(response)
    expect(seen[0]?.request.url.pathname).toBe('/status/200')
    expect(seen[1]).toMatchObject({ error, request: { method: 'GET' } })
    expect(outcomes).toMatchObject([
      { outcome: 'failure', error: { code: 'HTTP_200' } },
      { outcome: 'failure', error },
      { outcome: 'success' },
    ])
  })

  test('is not called for the body once the outcome is known', async () => {
    const classify = vi.fn(() => undefined)
    const { fetch, outcomeNames } = observedFetch(globalThis.fetch, { classify })
    await errorOf((await fetch(`${service.origin}/cut/500`, { circuitBreaker: { callTimeout: 60_000 } })).text())
    expect(outcomeNames()).toEqual(['failure'])
    expect(classify).toHaveBeenCalledTimes(1)
  })

  test('can make a failing status a success, whose body then counts', async () => {
    const { fetch, outcomeNames } = observedFetch(globalThis.fetch, {
      classify: ({ error, response }) => (response?.status === 501 && error === undefined ? 'success' : undefined),
    })
    await (await fetch(`${service.origin}/status/501`)).text()
    await errorOf((await fetch(`${service.origin}/cut/501`)).text())
    expect(outcomeNames()).toEqual(['success', 'failure'])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['returns anything else', () => 'fine' as Outcome],
  ])('that %s leaves the outcome to the table and is logged once', async (_what, classify) => {
    const console_ = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { fetch, outcomeNames } = observedFetch(globalThis.fetch, { classify })
    for (let n = 0; n < 2; n++) await (await fetch(service.origin)).text()
    expect(outcomeNames()).toEqual(['success', 'success'])
    expect(console_).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('@cb/fetch: the `classify` function'))
  })
})
