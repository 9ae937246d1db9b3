import { CircuitBreakerRegistry, consecutiveFailures, type Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ProtectFetchOptions, protectFetch, type SettledFetch } from '../src/index.ts'
import { errorOf, watched } from './attempt.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())
afterEach(() => vi.restoreAllMocks())

describe('protectFetch refuses', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['null', null, TypeError, 'protectFetch must be an object, got null'],
    ['a string', 'https://api.example', TypeError, 'protectFetch must be an object, got "https://api.example"'],
    [
      'an unknown option',
      { retries: 3 },
      TypeError,
      'unknown option "retries" in protectFetch; known options: registry, defaults',
    ],
    [
      'a registry that is none',
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
      'a classify among the defaults',
      { defaults: { classify: () => 'success' } },
      TypeError,
      'use the classify of protectFetch',
    ],
    ['overrides that are no function', { overrides: {} }, TypeError, 'overrides must be a function, got an object'],
    ['a key that is no function', { key: 'x' }, TypeError, 'key must be a function, got "x"'],
    ['a classify that is no function', { classify: 1 }, TypeError, 'classify must be a function, got 1'],
    ['another moment to settle', { settleAt: 'end' }, RangeError, `settleAt must be 'headers' or 'body', got "end"`],
    ['a moment that is no word', { settleAt: 1 }, TypeError, `settleAt must be 'headers' or 'body'`],
    ['writes that are none', { writes: 'POST' }, TypeError, 'writes must be'],
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

describe('circuitBreaker of a request refuses', () => {
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
    ['a key that is none', { key: 7 }, TypeError, 'got a number'],
    [
      'a fallback that is no function',
      { fallback: [] },
      TypeError,
      'circuitBreaker.fallback must be a function, got an array',
    ],
    ['a callTimeout that is none', { callTimeout: '1s' }, TypeError, 'circuitBreaker.callTimeout must be'],
    ['a callTimeout of nothing', { callTimeout: 0 }, RangeError, 'circuitBreaker.callTimeout must be'],
    [
      'an endless callTimeout',
      { callTimeout: Number.POSITIVE_INFINITY },
      RangeError,
      'circuitBreaker.callTimeout must be',
    ],
  ])('%s, and nothing is sent', async (_what, circuitBreaker, type, message) => {
    const bare = vi.fn(globalThis.fetch)
    const { fetch, told } = watched(bare)
    const error = await errorOf(fetch(service.origin, { circuitBreaker: circuitBreaker as false }))
    expect(error).toBeInstanceOf(type)
    expect(error.message).toContain(message)
    expect(told()).toEqual([])
    expect(bare).not.toHaveBeenCalled()
  })
})

describe('overrides', () => {
  test('are asked once, when a breaker is made, and go on top of the defaults', async () => {
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
    'that are bad, such as %o, make the request reject',
    async (bad) => {
      const fetch = protectFetch({ overrides: () => bad })
      expect((await errorOf(fetch(service.origin))).message).toContain(Object.keys(bad)[0])
    },
  )
})

describe('classify', () => {
  test.each<Outcome>(['success', 'failure', 'ignored'])('decides: %s', async (outcome) => {
    const { fetch, told } = watched(globalThis.fetch, { classify: () => outcome })
    await (await fetch(`${service.origin}/status/404`)).text()
    await until(() => told().length > 0)
    expect(told()).toEqual([outcome])
  })

  test('sees response, error and request, and leaves to the table what it answers undefined for', async () => {
    const seen: SettledFetch[] = []
    const classify = (settled: SettledFetch) => {
      seen.push(settled)
      return settled.response?.headers.has('x-maintenance') ? ('failure' as const) : undefined
    }
    const { fetch, outcomes } = watched(globalThis.fetch, { classify })
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

  test('is not asked about the body once the outcome is known', async () => {
    const classify = vi.fn(() => undefined)
    const { fetch, told } = watched(globalThis.fetch, { classify })
    await errorOf((await fetch(`${service.origin}/cut/500`, { circuitBreaker: { callTimeout: 60_000 } })).text())
    expect(told()).toEqual(['failure'])
    expect(classify).toHaveBeenCalledTimes(1)
  })

  test('can make a success of a failing status, whose body counts then', async () => {
    const { fetch, told } = watched(globalThis.fetch, {
      classify: ({ error, response }) => (response?.status === 501 && error === undefined ? 'success' : undefined),
    })
    await (await fetch(`${service.origin}/status/501`)).text()
    await errorOf((await fetch(`${service.origin}/cut/501`)).text())
    expect(told()).toEqual(['success', 'failure'])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['answers something else', () => 'fine' as Outcome],
  ])('that %s gives way to the table and is reported once', async (_what, classify) => {
    const console_ = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { fetch, told } = watched(globalThis.fetch, { classify })
    for (let n = 0; n < 2; n++) await (await fetch(service.origin)).text()
    expect(told()).toEqual(['success', 'success'])
    expect(console_).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('@cb/fetch: the `classify` function'))
  })
})
