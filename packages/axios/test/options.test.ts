import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { dependency } from '@cb/test-kit'
import axios, { type AxiosInstance } from 'axios'
import { describe, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { attempt } from './attempt.ts'

describe('protectAxios throws for', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['null', null, TypeError, 'protectAxios must be an object, got null'],
    [
      'an option of the breaker that stands beside defaults',
      { callTimeout: 500 },
      TypeError,
      'unknown option "callTimeout" in protectAxios: did you mean defaults.callTimeout?',
    ],
    [
      'an unknown option',
      { retries: 3 },
      TypeError,
      'unknown option "retries" in protectAxios; known options: registry, defaults',
    ],
    [
      'an invalid registry',
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
      'defaults that are not an object',
      { defaults: 'x' },
      TypeError,
      'defaults must be an object of breaker options, got a string',
    ],
    ['bad defaults', { defaults: { openDuration: -1 } }, RangeError, 'openDuration must be'],
    ['a bad callTimeout in the defaults', { defaults: { callTimeout: 0 } }, RangeError, 'callTimeout must be'],
    [
      'writes that are a number',
      { writes: 1 },
      TypeError,
      'writes must be true, false or an object of breaker options',
    ],
    ['writes that are null', { writes: null }, TypeError, 'writes must be true, false or an object of breaker options'],
    ['bad writes', { writes: { openDuration: Number.NaN } }, RangeError, 'writes: openDuration must be'],
    ['writes with an unknown option', { writes: { retries: 3 } }, TypeError, 'unknown option "retries" in writes'],
    [
      'writes that contradict the defaults',
      { defaults: { halfOpen: { probeTimeout: 5 } }, writes: { callTimeout: 10 } },
      RangeError,
      'writes: halfOpen.probeTimeout must be longer than callTimeout',
    ],
    ['a classify in the writes', { writes: { classify: () => 'success' } }, TypeError, 'writes must not have classify'],
    ['an unknown settleAt', { settleAt: 'end' }, RangeError, "settleAt must be 'headers' or 'body', got \"end\""],
    ['a settleAt that is not a string', { settleAt: 5 }, TypeError, "settleAt must be 'headers' or 'body', got 5"],
    [
      'a classify in the defaults',
      { defaults: { classify: () => 'success' } },
      TypeError,
      'use the classify option of protectAxios',
    ],
    ['overrides that are not a function', { overrides: {} }, TypeError, 'overrides must be a function, got an object'],
    ['a key that is not a function', { key: 'x' }, TypeError, 'key must be a function, got "x"'],
    ['a classify that is not a function', { classify: 1 }, TypeError, 'classify must be a function, got 1'],
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

describe('a request rejects whose circuitBreaker is or has', () => {
  test.each<[string, unknown, ErrorConstructor, string]>([
    ['true', true, TypeError, 'circuitBreaker must be false or an object, got a boolean'],
    ['null', null, TypeError, 'circuitBreaker must be false or an object, got null'],
    [
      'an unknown option',
      { timeout: 1 },
      TypeError,
      'unknown option "timeout" in circuitBreaker; known options: key, fallback',
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
      'a callTimeout of 0',
      { callTimeout: 0 },
      RangeError,
      'circuitBreaker.callTimeout must be a number of milliseconds > 0',
    ],
    ['a callTimeout above the limit of timers', { callTimeout: 2 ** 31 }, RangeError, '<= 2147483647'],
    ['a callTimeout that is a string', { callTimeout: '5s' }, TypeError, 'circuitBreaker.callTimeout must be'],
    [
      'a fallback that is not a function',
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
  test('are called once, when a breaker is made, and replace the defaults', async () => {
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

  test('that return a promise make the request reject, and cause no unhandled rejection', async () => {
    await using service = await dependency()
    const overrides = (async () => Promise.reject(new Error('unheard'))) as never
    const { error } = await attempt(axios.create(), (it) => it.get(service.origin), { overrides })
    expect(error.message).toBe('the return value of overrides must be an object of breaker options, got a promise')
    expect(service.requests).toBe(0)
  })

  test('can return undefined', async () => {
    await using service = await dependency()
    const { outcomes } = await attempt(axios.create(), (it) => it.get(service.origin), { overrides: () => undefined })
    expect(outcomes).toHaveLength(1)
  })

  test.each([{ openDuration: -1 }, { callTimeout: -5 }, { classify: () => 'success' as const }])(
    'that are invalid, such as %o, make the request reject',
    async (bad) => {
      await using service = await dependency()
      const { error } = await attempt(axios.create(), (it) => it.get(service.origin), { overrides: () => bad })
      expect(error.message).toContain(Object.keys(bad)[0])
      expect(service.requests).toBe(0)
    },
  )
})
