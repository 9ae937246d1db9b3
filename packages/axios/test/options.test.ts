import { CircuitBreakerRegistry, consecutiveFailures, type Outcome } from '@cb/core'
import axios, { type AxiosInstance } from 'axios'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios, type SettledAttempt } from '../src/index.ts'
import { attempt } from './attempt.ts'
import { dependency } from './dependency.ts'

afterEach(() => vi.restoreAllMocks())

describe('protectAxios refuses', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['null', null, TypeError, 'protectAxios must be an object, got null'],
    [
      'an unknown option',
      { retries: 3 },
      TypeError,
      'protectAxios has no option "retries"; it may have registry, defaults',
    ],
    [
      'a registry that is none',
      { registry: new Map() },
      TypeError,
      'registry must be a CircuitBreakerRegistry, got an object',
    ],
    [
      'defaults beside a registry that is null',
      { registry: null, defaults: {} },
      TypeError,
      'defaults must be left out where a registry',
    ],
    [
      'defaults beside a registry',
      { registry: new CircuitBreakerRegistry(), defaults: {} },
      TypeError,
      'defaults must be left out where a registry is given',
    ],
    ['a registry that is null', { registry: null }, TypeError, 'registry must be a CircuitBreakerRegistry, got null'],
    [
      'defaults that are null',
      { defaults: null },
      TypeError,
      'defaults must be an object of breaker options, got null',
    ],
    [
      'defaults that are none',
      { defaults: 'x' },
      TypeError,
      'defaults must be an object of breaker options, got a string',
    ],
    ['bad defaults', { defaults: { openDuration: -1 } }, RangeError, 'openDuration must be'],
    ['a callTimeout among the defaults', { defaults: { callTimeout: 10 } }, TypeError, 'set the timeout of axios'],
    [
      'a classify among the defaults',
      { defaults: { classify: () => 'success' } },
      TypeError,
      'use the classify of protectAxios',
    ],
    ['overrides that are no function', { overrides: {} }, TypeError, 'overrides must be a function, got an object'],
    ['a key that is no function', { key: 'x' }, TypeError, 'key must be a function, got "x"'],
    ['a classify that is no function', { classify: 1 }, TypeError, 'classify must be a function, got 1'],
  ])('%s', (_what, options, type, message) => {
    const instance = axios.create()
    const { adapter } = instance.defaults
    const protect = () => protectAxios(instance, options as ProtectAxiosOptions)
    expect(protect).toThrow(type)
    expect(protect).toThrow(message)
    expect(instance.defaults.adapter).toBe(adapter)
  })

  test.each([undefined, null, {}, 'axios', { get() {} }])('%s instead of an axios instance', (instance) => {
    expect(() => protectAxios(instance as unknown as AxiosInstance)).toThrow('instance must be an axios instance, got')
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
      'circuitBreaker has no option "timeout"; it may have key, fallback',
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
  ])('%s, and nothing is sent', async (_what, circuitBreaker, type, message) => {
    await using service = await dependency()
    const { error, outcomes } = await attempt(axios.create(), (instance) =>
      instance.get(service.origin, { circuitBreaker: circuitBreaker as false }),
    )
    expect(error).toBeInstanceOf(type)
    expect(error.message).toContain(message)
    expect(outcomes.length + service.requests).toBe(0)
  })
})

describe('overrides', () => {
  test('are asked once, when a breaker is made, and go on top of the defaults', async () => {
    await using service = await dependency()
    const overrides = vi.fn(() => ({ openDuration: 7 }))
    const instance = axios.create()
    const { registry } = protectAxios(instance, { defaults: { trip: consecutiveFailures(3) }, overrides })
    await instance.get(service.origin)
    await instance.get(service.origin)
    expect(overrides).toHaveBeenCalledExactlyOnceWith(service.origin, expect.objectContaining({ url: service.origin }))
    expect(registry.get(service.origin).snapshot().config).toMatchObject({
      trip: { threshold: 3 },
      openDuration: { duration: 7 },
    })
  })

  test('may have nothing to say', async () => {
    await using service = await dependency()
    const { outcomes } = await attempt(axios.create(), (it) => it.get(service.origin), { overrides: () => undefined })
    expect(outcomes).toHaveLength(1)
  })

  test.each([{ openDuration: -1 }, { callTimeout: 5 }, { classify: () => 'success' as const }])(
    'that are bad, such as %o, make the request reject',
    async (bad) => {
      await using service = await dependency()
      const { error } = await attempt(axios.create(), (it) => it.get(service.origin), { overrides: () => bad })
      expect(error.message).toContain(Object.keys(bad)[0])
      expect(service.requests).toBe(0)
    },
  )
})

describe('classify', () => {
  test.each<Outcome>(['success', 'failure', 'ignored'])('decides: %s', async (outcome) => {
    await using service = await dependency()
    const { outcomes } = await attempt(axios.create(), (it) => it.get(service.origin), { classify: () => outcome })
    expect(outcomes.map((event) => event.outcome)).toEqual([outcome])
  })

  test('leaves to the table what it answers undefined for', async () => {
    await using service = await dependency()
    const classify = ({ response }: SettledAttempt) => (response?.status === 404 ? 'failure' : undefined)
    const of = (path: string) => attempt(axios.create(), (it) => it.get(service.origin + path), { classify })
    expect((await of('/status/404')).outcomes[0]).toMatchObject({ outcome: 'failure', error: { code: 'HTTP_404' } })
    expect((await of('/status/500')).outcomes[0]).toMatchObject({ outcome: 'failure' })
    expect((await of('/status/400')).outcomes[0]).toMatchObject({ outcome: 'success' })
  })

  test('sees response, error and config', async () => {
    await using service = await dependency()
    const seen: SettledAttempt[] = []
    const classify = (settled: SettledAttempt) => {
      seen.push(settled)
      return undefined
    }
    const { error } = await attempt(axios.create(), (it) => it.get(`${service.origin}/status/404`), { classify })
    const { response } = await attempt(axios.create(), (it) => it.get(service.origin), { classify })
    expect(seen[0]).toMatchObject({ error, response: error.response, config: { url: `${service.origin}/status/404` } })
    expect(seen[1]?.response).toBe(response)
    expect(seen[1]).not.toHaveProperty('error')
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
    await using service = await dependency()
    const instance = axios.create()
    for (let n = 0; n < 2; n++) {
      const { outcomes, response } = await attempt(instance, (it) => it.get(service.origin), { classify })
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success'])
      expect(response?.data).toBe('hello')
    }
    expect(console_).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('@cb/axios: the `classify` function'))
  })
})
