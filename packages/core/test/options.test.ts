import { describe, expect, test } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureCount,
  failureRate,
  ramp,
  timeWindow,
} from '../src/index.ts'

const breaker = (options: unknown) => new CircuitBreaker(options as never)
const registry = (options: unknown) => new CircuitBreakerRegistry(options as never)
const made = new CircuitBreaker()
const below = [-1, Number.NEGATIVE_INFINITY]
const above = [Number.POSITIVE_INFINITY, Number.NaN]

type Row = readonly [option: string, make: (value: never) => unknown, bad: readonly unknown[], good: readonly unknown[]]

const numbers: Row[] = [
  [
    'callTimeout',
    (callTimeout) => breaker({ callTimeout, halfOpen: { probeTimeout: 1e10 } }),
    [0, 2 ** 31],
    [0.5, 1, 2 ** 31 - 1],
  ],
  ['openDuration', (openDuration) => breaker({ openDuration }), [0], [0.5, 1, 1e9]],
  ['halfOpen.maxConcurrent', (maxConcurrent) => breaker({ halfOpen: { maxConcurrent } }), [0, 1.5], [1, 1_000]],
  [
    'halfOpen.successThreshold',
    (successThreshold) => breaker({ halfOpen: { successThreshold } }),
    [0, 1.5],
    [1, 1_000],
  ],
  ['halfOpen.probeTimeout', (probeTimeout) => breaker({ halfOpen: { probeTimeout } }), [0], [0.5, 1, 1e9]],
  [
    'halfOpen.probeTimeout',
    (probeTimeout) => breaker({ callTimeout: 500, halfOpen: { probeTimeout } }),
    [499, 500],
    [501],
  ],
  ['consecutiveFailures', consecutiveFailures, [0, 1.5], [1, 1_000]],
  ['failureCount threshold', (threshold) => failureCount({ threshold }), [0, 1.5], [1, 1_000]],
  ['failureCount threshold', (threshold) => failureCount({ threshold, window: countWindow(10) }), [11], [10]],
  ['failureRate threshold', (threshold) => failureRate({ threshold }), [0, 1.01, 50], [0.001, 1]],
  ['failureRate minimumCalls', (minimumCalls) => failureRate({ minimumCalls }), [0, 1.5], [1, 1_000]],
  ['failureRate minimumCalls', (minimumCalls) => failureRate({ minimumCalls, window: countWindow(10) }), [11], [10]],
  ['countWindow', countWindow, [0, 1.5, 2 ** 24 + 1], [1, 100]],
  ['timeWindow', timeWindow, [0], [0.5, 1, 1e9]],
  ['buckets', (buckets) => timeWindow(1_000, { buckets }), [0, 1.5, 10_001], [1, 10_000]],
  ['exponentialBackoff initial', (initial) => exponentialBackoff({ initial }), [0], [0.5, 1e9]],
  ['exponentialBackoff max', (max) => exponentialBackoff({ max }), [0, 999], [1_000, 1e9]],
  ['exponentialBackoff maxRetryAfter', (maxRetryAfter) => exponentialBackoff({ maxRetryAfter }), [], [0, 0.5, 1e9]],
  ['exponentialBackoff factor', (factor) => exponentialBackoff({ factor }), [0, 0.9], [1, 1.5, 10]],
  ['exponentialBackoff jitter', (jitter) => exponentialBackoff({ jitter }), [1.01], [0, 1]],
]

const functions: Row[] = [
  ['classify', (classify) => breaker({ classify }), [], [() => 'success']],
  ['now', (now) => breaker({ now }), [], [() => 0]],
  ['random', (random) => breaker({ random }), [], [() => 0]],
]

const others: Row[] = [
  ['name', (name) => breaker({ name }), ['', 5, null, {}, Symbol('name')], ['a', '__proto__', 'ü'.repeat(100)]],
  ['name', (name) => registry({}).get(name), ['', 5, null, undefined, {}], ['a', '__proto__']],
  [
    'trip',
    (trip) => breaker({ trip }),
    [5, null, 'rate', {}, () => {}, { name: 'x' }, { start() {} }, { name: 'x', watch() {} }],
    [failureRate()],
  ],
  [
    'admission',
    (admission) => breaker({ admission }),
    [5, null, 'throttle', {}, () => {}, { name: 'x' }],
    [adaptiveThrottle()],
  ],
  ['recovery', (recovery) => breaker({ recovery }), [5, null, 'ramp', {}, { duration: 5 }], [ramp({ duration: 5 })]],
  ['openDuration', (openDuration) => breaker({ openDuration }), ['1s', null, true, {}, 5n], [() => 5]],
  ['halfOpen', (halfOpen) => breaker({ halfOpen }), [5, null, 'two', [], () => {}], [{}]],
  ['CircuitBreaker', breaker, [5, null, 'name', [], () => {}], [{}, undefined]],
  ['anyOf', (policy) => anyOf(failureRate(), policy), [5, null, undefined, {}, () => {}], [failureRate()]],
  ['failureCount', failureCount, [5, null, undefined, [], {}], [{ threshold: 1 }]],
  ['failureCount window', (window) => failureCount({ threshold: 1, window }), [5, null, '10s', {}], [timeWindow(5)]],
  ['failureRate', failureRate, [5, null, 'half', []], [{}, undefined]],
  ['failureRate window', (window) => failureRate({ window }), [5, null, '10s', {}], [timeWindow(5)]],
  ['timeWindow', (options) => timeWindow(5, options), [5, null, 'ten', []], [{}, undefined]],
  ['exponentialBackoff', exponentialBackoff, [5, null, 'long', []], [{}, undefined]],
  ['CircuitBreakerRegistry', registry, [5, null, 'all', []], [{}, undefined]],
  ['defaults', (defaults) => registry({ defaults }), [5, null, 'all', []], [{}]],
  ['registry.get(overrides', (overrides) => registry({}).get('a', overrides), [5, null, 'all', []], [{}, undefined]],
  ['on(event', (event) => made.on(event, () => {}), ['open', '', null, undefined, 'toString'], ['outcome']],
  ['on(event', (event) => registry({}).on(event, () => {}), ['open', '', null, undefined, 'toString'], ['outcome']],
  ['on(listener', (listener) => made.on('outcome', listener), [null, undefined, 'f', {}], [() => {}]],
  ['on(listener', (listener) => registry({}).on('outcome', listener), [null, undefined, 'f', {}], [() => {}]],
  ['forceOpen(note', (note) => made.forceOpen(note), [5, null, {}], ['', 'deploy', undefined]],
  ['resume(note', (note) => made.resume(note), [5, null, {}], ['', 'deployed', undefined]],
  ['reset(note', (note) => made.reset(note), [5, null, {}], ['', 'a new host', undefined]],
  ['forceClosed(note', (note) => made.forceClosed(note), [5, null, {}], ['', 'deploy', undefined]],
]

const unknownKeys: Row[] = [
  ['treshold', (value) => breaker({ treshold: value }), [5, undefined], []],
  ['maxProbes', (value) => breaker({ halfOpen: { maxProbes: value } }), [5], []],
  ['limit', (value) => failureCount({ threshold: 1, limit: value } as never), [5], []],
  ['minimumcalls', (value) => failureRate({ minimumcalls: value } as never), [5], []],
  ['bucket', (value) => timeWindow(5, { bucket: value } as never), [5], []],
  ['ramp', (value) => breaker({ ramp: value }), [5], []],
  ['maximum', (value) => exponentialBackoff({ maximum: value } as never), [5], []],
  ['default', (value) => registry({ default: value }), [5], []],
  ['callTimeOut', (value) => registry({ defaults: { callTimeOut: value } }), [5], []],
  ['callTimeOut', (value) => registry({}).get('a', { callTimeOut: value } as never), [5], []],
  // A breaker's name in a registry is its key.
  ['name', (value) => registry({ defaults: { name: value } }), ['b'], []],
  ['name', (value) => registry({}).get('a', { name: value } as never), ['b'], []],
]

function thrownBy(make: () => unknown): Error {
  try {
    make()
  } catch (error) {
    return error as Error
  }
  throw new Error('it was accepted')
}

const expand = (rows: Row[], more: readonly unknown[]) =>
  rows.flatMap(([option, make, bad]) =>
    [...bad, ...more].map((value) => ({
      option,
      make,
      value,
      shown: String(typeof value === 'object' && value ? JSON.stringify(value) : String(value)),
    })),
  )

describe('a number out of its range is a RangeError that names the option, what it was and what it may be', () => {
  test.each(expand(numbers, [...below, ...above]))('$option: $shown', ({ option, make, value }) => {
    const error = thrownBy(() => make(value as never))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toContain(option)
    expect(error.message).toContain(`got ${value}`)
    expect(error.message).toContain('must be')
  })
})

const noNumbers = expand(
  numbers.map(([option, make]) => [option, make, [], []]),
  ['5', null, true, [5], { ms: 5 }, 5n],
)
const noFunctions = expand(functions, ['f', null, 5, {}])

describe('a value of the wrong type is a TypeError that names the option, what it was and what it may be', () => {
  test.each([...noNumbers, ...noFunctions, ...expand(others, [])])('$option: $shown', ({ option, make, value }) => {
    const error = thrownBy(() => make(value as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(option)
    expect(error.message).toMatch(/must be .*got /)
  })

  test('anyOf without a policy', () => {
    expect(() => anyOf()).toThrow(/^anyOf must be given at least one trip policy/)
  })
})

describe('an unknown option is a TypeError that names it and the known ones', () => {
  test.each(expand(unknownKeys, []))('$option: $shown', ({ option, make, value }) => {
    const error = thrownBy(() => make(value as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`unknown option "${option}" in .+; known options: \\w+`))
  })
})

describe('a value in its range is accepted', () => {
  const rows = [...numbers, ...functions, ...others].flatMap(([option, make, , good]) =>
    good.map((value) => ({ option, make, value, shown: String(value).slice(0, 20) })),
  )
  test.each(rows)('$option: $shown', ({ make, value }) => {
    expect(() => make(value as never)).not.toThrow()
  })
})

test('an option that is undefined has its default', () => {
  const names = ['name', 'trip', 'admission', 'openDuration', 'halfOpen', 'recovery', 'callTimeout', 'shadow']
  names.push('classify', 'now', 'random')
  const empty = Object.fromEntries(names.map((name) => [name, undefined]))
  expect(breaker(empty).snapshot().config).toEqual(breaker({}).snapshot().config)
  expect(breaker(empty).name).toBe('default')
})

test('messages have a bounded length and never the contents of an object', () => {
  const secret = { password: 's3cret', toString: () => 's3cret', toJSON: () => 's3cret' }
  expect(thrownBy(() => breaker({ callTimeout: secret })).message).not.toContain('s3cret')
  expect(thrownBy(() => breaker({ callTimeout: [secret] })).message).not.toContain('s3cret')
  expect(thrownBy(() => breaker({ callTimeout: 'x'.repeat(10_000) })).message.length).toBeLessThan(300)
  expect(thrownBy(() => breaker({ [`x${'y'.repeat(10_000)}`]: 1 })).message.length).toBeLessThan(300)
})
