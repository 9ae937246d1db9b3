import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  CircuitBreakerRegistry,
  type CircuitBreakerRegistryOptions,
  consecutiveFailures,
  exponentialBackoff,
  failureRate,
  type Overrides,
} from '../src/index.ts'
import { down } from './in-state.ts'
import { policyWith } from './misused.ts'

afterEach(() => vi.restoreAllMocks())

const make = (defaults: NonNullable<CircuitBreakerRegistryOptions['defaults']> = {}) =>
  new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), now: () => 0, ...defaults } })
const names = (registry: CircuitBreakerRegistry) => Array.from(registry, ({ name }) => name)
const config = (registry: CircuitBreakerRegistry, ...given: Parameters<CircuitBreakerRegistry['get']>) =>
  registry.get(...given).snapshot().config

describe('a registry', () => {
  test('creates a breaker once and returns it again', () => {
    const registry = make()
    expect(registry.has('a')).toBe(false)
    const breaker = registry.get('a')
    expect(breaker.name).toBe('a')
    expect(registry.get('a')).toBe(breaker)
    expect(registry.get('b')).not.toBe(breaker)
    expect([registry.has('a'), registry.size]).toEqual([true, 2])
  })

  test('works without options', () => {
    expect(new CircuitBreakerRegistry().get('a').state).toBe('closed')
  })

  test('uses the overrides of a breaker when it creates it, and only then', () => {
    const registry = make({ callTimeout: 500, halfOpen: { maxConcurrent: 3, successThreshold: 4 } })
    expect(config(registry, 'a', { halfOpen: { maxConcurrent: 7 } })).toMatchObject({
      callTimeout: 500,
      halfOpen: { maxConcurrent: 7, successThreshold: 4 },
    })
    expect(config(registry, 'a', { callTimeout: 9 })).toMatchObject({ callTimeout: 500 })
    expect(config(registry, 'b', { trip: failureRate() })).toMatchObject({ trip: { policy: 'failure-rate' } })
    expect(config(registry, 'c')).toMatchObject({
      trip: { policy: 'consecutive-failures' },
      halfOpen: { maxConcurrent: 3 },
    })
  })

  test('creates no breaker from bad overrides', () => {
    const registry = make()
    expect(() => registry.get('a', { callTimeout: -1 })).toThrow(RangeError)
    expect(registry.size).toBe(0)
  })

  test('does not open a breaker when another opens', () => {
    const registry = make()
    registry.get('a').acquire().failure(down)
    expect([registry.get('a').state, registry.get('b').state]).toEqual(['open', 'closed'])
  })

  test('deletes a breaker, which can still be used', () => {
    const registry = make()
    const breaker = registry.get('a')
    expect([registry.delete('a'), registry.delete('a'), registry.size]).toEqual([true, false, 0])
    breaker.acquire().failure(down)
    expect(breaker.state).toBe('open')
    expect(registry.get('a')).not.toBe(breaker)
    expect(registry.get('a').state).toBe('closed')
  })

  test('can be iterated, oldest first, and snapshotted', () => {
    const registry = make()
    for (const name of ['c', 'a', 'b', 'c']) registry.get(name)
    expect(names(registry)).toEqual(['c', 'a', 'b'])
    expect(registry.snapshot().map(({ name, state }) => [name, state])).toEqual([
      ['c', 'closed'],
      ['a', 'closed'],
      ['b', 'closed'],
    ])
  })

  test('resets all of them', () => {
    const registry = make()
    registry.get('a').acquire().failure(down)
    registry.get('b').forceOpen()
    registry.resetAll()
    expect(registry.snapshot().map(({ state, override }) => [state, override])).toEqual([
      ['closed', null],
      ['closed', null],
    ])
  })

  test.each([
    ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', ' ', '\0', '\ud800', '0'].map((name) => [name, name]),
    ['x, a thousand times', 'x'.repeat(1_000)],
  ] as [string, string][])('takes any name, such as %j', (_saying, name) => {
    const registry = make()
    expect(registry.has(name)).toBe(false)
    const breaker = registry.get(name)
    expect([breaker.name, registry.get(name) === breaker, names(registry)]).toEqual([name, true, [name]])
    expect(JSON.parse(JSON.stringify(breaker))).toMatchObject({ name })
    expect(registry.delete(name)).toBe(true)
  })
})

test('an override that is undefined leaves the default of the registry', () => {
  const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 5, halfOpen: { maxConcurrent: 3 } } })
  const { config } = registry.get('a', { callTimeout: undefined, halfOpen: undefined } as never).snapshot()
  expect(config).toMatchObject({ callTimeout: 5, halfOpen: { maxConcurrent: 3 } })
})

describe('overrides for a breaker that exists already', () => {
  const usual: Overrides = {
    callTimeout: 500,
    openDuration: 1_000,
    halfOpen: { maxConcurrent: 2 },
    trip: failureRate({ threshold: 0.2 }),
  }
  const logged = () => vi.mocked(console.error).mock.calls.map(([line]) => line)
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => vi.restoreAllMocks())

  test.each<[string, Overrides | undefined, Overrides | undefined]>([
    ['the same object', usual, usual],
    ['none', usual, undefined],
    ['an equal object', usual, { ...usual, halfOpen: { maxConcurrent: 2 }, trip: failureRate({ threshold: 0.2 }) }],
    [
      'the keys of a group in another order',
      { halfOpen: { maxConcurrent: 2, maxDuration: 5 } },
      { halfOpen: { maxDuration: 5, maxConcurrent: 2 } },
    ],
    ['another function', { classify: () => 'failure' }, { classify: () => 'failure' }],
    ['an equal backoff', { openDuration: exponentialBackoff() }, { openDuration: exponentialBackoff() }],
    ['undefined for an option', { callTimeout: 5 }, { callTimeout: 5, shadow: undefined }],
    ['a policy of which nothing is known', { trip: policyWith({}) }, { trip: policyWith({}) }],
  ])('are not reported when they are %s', (_, first, later) => {
    const registry = new CircuitBreakerRegistry()
    registry.get('a', first)
    registry.get('a', later)
    expect(logged()).toEqual([])
  })

  test.each<[string, Overrides | undefined, Overrides]>([
    ['callTimeout', usual, { ...usual, callTimeout: 5 }],
    ['callTimeout', undefined, { callTimeout: 5 }],
    ['openDuration, callTimeout', { trip: usual.trip }, { trip: usual.trip, callTimeout: 500, openDuration: 5 }],
    ['halfOpen', usual, { ...usual, halfOpen: { maxConcurrent: 3 } }],
    ['trip', usual, { ...usual, trip: failureRate({ threshold: 0.3 }) }],
    ['trip', usual, { ...usual, trip: consecutiveFailures(5) }],
    ['openDuration', { openDuration: exponentialBackoff() }, { openDuration: exponentialBackoff({ factor: 3 }) }],
    ['classify', {}, { classify: () => 'failure' }],
  ])('are reported once when they have another %s', (options, first, later) => {
    const registry = new CircuitBreakerRegistry()
    const breaker = registry.get('a', first)
    for (let n = 0; n < 3; n++) expect(registry.get('a', later)).toBe(breaker)
    const words = `registry.get was given other options than at first: ${options}; the first ones hold (logged once)`
    expect(logged()).toEqual([`@cb/core: circuit breaker "a": ${words}`])
  })

  test('are reported also when the object that was given at first has changed', () => {
    const registry = new CircuitBreakerRegistry()
    const options = { callTimeout: 5 }
    registry.get('a', options)
    options.callTimeout = 50
    expect(registry.get('a', options).callTimeout).toBe(5)
    expect(logged()).toHaveLength(1)
  })

  test.each([null, 'x', { timeout: 5 }, () => ({}), Promise.resolve({})])(
    'are checked like the first ones: %o',
    (bad) => {
      const registry = new CircuitBreakerRegistry()
      registry.get('a')
      expect(() => registry.get('a', bad as never)).toThrow('registry.get(overrides)')
    },
  )
})
