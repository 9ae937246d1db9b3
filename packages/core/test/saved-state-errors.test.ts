import { describe, expect, test } from 'vitest'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  failureCount,
  timeWindow,
} from '../src/index.ts'

function make(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return new CircuitBreaker({ name: 'saved', trip: consecutiveFailures(3), now: () => 5_000, ...options })
}

const savedBy = (breaker: CircuitBreaker) => JSON.parse(JSON.stringify(breaker))

const saved = savedBy(make())
const counts = (part: object) => ({ ...saved, counts: { ...saved.counts, ...part } })
const state = (part: object) => ({ ...saved, state: { ...saved.state, ...part } })
const override = (part: object) => ({ ...saved, override: { state: 'open', reason: null, expiresIn: null, ...part } })

const bad: [string, unknown, string][] = [
  ['undefined', undefined, 'saved must be an object, got undefined'],
  ['a string', '{}', 'saved must be an object, got "{}"'],
  ['an array', [], 'saved must be an object, got an array'],
  ['an unknown key', { ...saved, evil: 1 }, 'evil'],
  ['another format', { ...saved, format: 2 }, 'saved.format must be 1, got 2'],
  ["another breaker's state", { ...saved, name: 'other' }, 'saved.name must be that of this breaker'],
  ['no state', { ...saved, state: undefined }, 'saved.state'],
  ['an unknown state', state({ name: 'ajar' }), 'saved.state.name must be closed, open or half-open, got "ajar"'],
  ['a negative age', { ...saved, age: -5 }, 'saved.age must be a number of milliseconds from 0 to 31536000000, got -5'],
  ['an age of NaN', { ...saved, age: null }, 'saved.age must be a number of milliseconds'],
  ['no age', { ...saved, age: undefined }, 'saved.age must be a number of milliseconds'],
  ['an endless open duration', { ...saved, state: { name: 'open', remaining: 1e300, attempt: 1 } }, 'remaining'],
  ...Object.keys(saved.counts).map((name): [string, object, string] => [
    `a negative count: ${name}`,
    counts({ [name]: -1 }),
    `saved.counts.${name} must be a whole number, at least 0, got -1`,
  ]),
  ['half a success', counts({ success: 1.5 }), 'saved.counts.success must be a whole number, at least 0, got 1.5'],
  ['counts of 5', { ...saved, counts: 5 }, 'saved.counts must be an object, got 5'],
  ['no counts', { ...saved, counts: {} }, 'saved.counts'],
  ['a ramp of 5', state({ ramp: 5 }), 'saved.state.ramp must be an object, got 5'],
  ['a ramp with a negative age', state({ ramp: { age: -1, attempt: 1 } }), 'saved.state.ramp.age must be a number of'],
  [
    'a negative attempt',
    state({ name: 'half-open', attempt: -1 }),
    'saved.state.attempt must be a whole number, at least 0, got -1',
  ],
  ['half an attempt', state({ name: 'half-open', attempt: 0.5 }), 'saved.state.attempt must be a whole number'],
  ['half a failure', state({ window: 0.5 }), 'window must be a whole number from 0 to 2, got 0.5'],
  ['too many failures in a row', state({ window: 3 }), 'window must be a whole number from 0 to 2, got 3'],
  ['a window of another kind', state({ window: { calls: 1 } }), 'window'],
  ['an override of 5', { ...saved, override: 5 }, 'saved.override must be an object, got 5'],
  ['an override without a state', override({ state: '' }), 'saved.override.state must be open or closed, got ""'],
  ['an override with a reason of 5', override({ reason: 5 }), 'saved.override.reason must be a string or null'],
  ['an override that ended', override({ expiresIn: -1 }), 'saved.override.expiresIn must be a number of milliseconds'],
]

describe('restore throws an error that says what is wrong, and changes nothing', () => {
  test.each(bad)('for %s', (_, input, words) => {
    const breaker = make({ ramp: { duration: 1_000 } })
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    const before = breaker.snapshot()
    expect(() => breaker.restore(input)).toThrow(words)
    expect(breaker.snapshot()).toEqual(before)
  })

  const windows = { count: countWindow(5), time: timeWindow(500, { buckets: 5 }) }
  const left = 5
  test.each<['count' | 'time', unknown, string]>([
    ['count', 5, 'window must be an object, got 5'],
    ['count', { calls: 6, failures: [] }, 'window.calls must be a whole number from 0 to 5, got 6'],
    ['count', { calls: 1.5, failures: [] }, 'window.calls must be a whole number from 0 to 5, got 1.5'],
    ['count', { calls: 2, failures: 'all' }, 'window.failures must be an array'],
    ['count', { calls: 2, failures: [0.5] }, 'window.failures must be a whole number from 0 to 1, got 0.5'],
    ['count', { calls: 2, failures: [5] }, 'window.failures must be a whole number from 0 to 1, got 5'],
    ['count', { calls: 0, failures: [0] }, 'window.failures'],
    ['time', 5, 'window must be an object, got 5'],
    ['time', { left: 500, buckets: [[1, 0]] }, 'window.left'],
    ['time', { left, buckets: 'two' }, 'window.buckets must be an array'],
    ['time', { left, buckets: [] }, 'window.buckets must be an array of 1 to 5 pairs of numbers'],
    ['time', { left, buckets: Array(6).fill([1, 0]) }, 'window.buckets must be an array of 1 to 5 pairs of numbers'],
    ['time', { left, buckets: [null] }, 'window.buckets must be pairs of numbers, got null'],
    ['time', { left, buckets: [1] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: [[1, 0, 0]] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: [[-1, 0]] }, 'window.buckets must be a whole number, at least 0, got -1'],
    ['time', { left, buckets: [[1.5, 0]] }, 'window.buckets must be a whole number, at least 0, got 1.5'],
    ['time', { left, buckets: [[1, 2]] }, 'window.buckets must be a whole number from 0 to 1, got 2'],
    ['time', { left, buckets: [[2, 0.5]] }, 'window.buckets must be a whole number from 0 to 2, got 0.5'],
  ])('for a %s window of %j', (kind, window, words) => {
    const breaker = make({ trip: failureCount({ threshold: 3, window: windows[kind] }) })
    const { state, ...others } = savedBy(breaker)
    expect(() => breaker.restore({ ...others, state: { ...state, window } })).toThrow(words)
  })
})

test('with orFresh a breaker whose saved state is bad is reset, and restore returns false', () => {
  const breaker = make()
  for (let n = 0; n < 3; n++) breaker.acquire().failure()
  expect(breaker.restore('garbage', { orFresh: true })).toBe(false)
  expect(breaker.state).toBe('closed')
})

test('orFresh must be a boolean', () => {
  expect(() => make().restore(saved, { orFresh: 'yes' as never })).toThrow('orFresh must be true or false, got "yes"')
})
