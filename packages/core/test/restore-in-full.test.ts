import { fakeClock } from '@cb/test-kit'
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
  return new CircuitBreaker({ name: 'saved', trip: consecutiveFailures(3), now: fakeClock(5_000).now, ...options })
}

const savedBy = (breaker: CircuitBreaker) => JSON.parse(JSON.stringify(breaker))

describe('a restored breaker', () => {
  test('stays forced closed, without a reason, until a person ends it', () => {
    const saved = make()
    saved.forceClosed()
    const breaker = make()
    breaker.restore(savedBy(saved))
    expect(breaker.snapshot().override).toMatchObject({ state: 'closed', reason: null, expiresInMs: null })
  })

  test('starts with an empty window if none was saved', () => {
    const { state, ...saved } = savedBy(make())
    expect(make().restore({ ...saved, state: { ...state, window: null } })).toBe(true)
  })

  test('that has no ramp any more admits all calls', () => {
    const { state, ...saved } = savedBy(make())
    const breaker = make()
    breaker.restore({ ...saved, state: { ...state, ramp: { age: 0, attempt: 1 } } })
    expect([breaker.snapshot().ramp, breaker.tryAcquire().admitted]).toEqual([null, true])
  })
})

describe('what can not be restored is refused and told', () => {
  const saved = savedBy(make())
  const counts = (spoilt: object) => ({ counts: { ...saved.counts, ...spoilt } })
  const state = (spoilt: object) => ({ state: { ...saved.state, ...spoilt } })
  const override = (spoilt: object) => ({ override: { state: 'open', reason: null, expiresIn: null, ...spoilt } })

  test.each([
    ['a format', { format: 2 }, 'saved.format must be 1, got 2'],
    ['a state', state({ name: 'ajar' }), 'saved.state.name must be closed, open or half-open, got "ajar"'],
    ['an age', { age: -5 }, 'saved.age must be a number of milliseconds from 0 to 31536000000, got -5'],
    ['no age', { age: undefined }, 'saved.age must be a number of milliseconds from 0 to 31536000000, got undefined'],
    ...Object.keys(saved.counts).map((name): [string, object, string] => [
      `less than none: ${name}`,
      counts({ [name]: -1 }),
      `saved.counts.${name} must be a whole number, at least 0, got -1`,
    ]),
    ['counts', { counts: 5 }, 'saved.counts must be an object, got 5'],
    ['half a success', counts({ success: 1.5 }), 'saved.counts.success must be a whole number, at least 0, got 1.5'],
    ['a ramp', state({ ramp: 5 }), 'saved.state.ramp must be an object, got 5'],
    ["a ramp's age", state({ ramp: { age: -1, attempt: 1 } }), 'saved.state.ramp.age must be a number of milliseconds'],
    [
      'an attempt',
      state({ name: 'half-open', attempt: -1 }),
      'saved.state.attempt must be a whole number, at least 0, got -1',
    ],
    ['half an attempt', state({ name: 'half-open', attempt: 0.5 }), 'saved.state.attempt must be a whole number'],
    ['half a failure', state({ window: 0.5 }), 'window must be a whole number from 0 to 2, got 0.5'],
    ['an override', { override: 5 }, 'saved.override must be an object, got 5'],
    ["an override's state", override({ state: '' }), 'saved.override.state must be open or closed, got ""'],
    ["an override's reason", override({ reason: 5 }), 'saved.override.reason must be a string or null'],
    ["an override's end", override({ expiresIn: -1 }), 'saved.override.expiresIn must be a number of milliseconds'],
  ])('%s', (_, spoilt, words) => {
    const breaker = make({ ramp: { duration: 1_000 } })
    expect(() => breaker.restore({ ...saved, ...spoilt })).toThrow(words)
  })

  const windows = {
    count: countWindow(5),
    time: timeWindow(500, { buckets: 5 }),
  }
  const left = 5
  test.each<['count' | 'time', unknown, string]>([
    ['count', 5, 'window must be an object, got 5'],
    ['count', { calls: 1.5, failures: [] }, 'window.calls must be a whole number from 0 to 5, got 1.5'],
    ['count', { calls: 2, failures: 'all' }, 'window.failures must be an array'],
    ['count', { calls: 2, failures: [0.5] }, 'window.failures must be a whole number from 0 to 1, got 0.5'],
    ['time', 5, 'window must be an object, got 5'],
    ['time', { left, buckets: 'two' }, 'window.buckets must be an array'],
    ['time', { left, buckets: [null] }, 'window.buckets must be pairs of numbers, got null'],
    ['time', { left, buckets: [1] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: [[1, 0, 0]] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: [[-1, 0]] }, 'window.buckets must be a whole number, at least 0, got -1'],
    ['time', { left, buckets: [[1.5, 0]] }, 'window.buckets must be a whole number, at least 0, got 1.5'],
    ['time', { left, buckets: [[2, 0.5]] }, 'window.buckets must be a whole number from 0 to 2, got 0.5'],
  ])('a %s window of %j', (kind, window, words) => {
    const breaker = make({ trip: failureCount({ threshold: 3, window: windows[kind] }) })
    const { state, ...others } = savedBy(breaker)
    expect(() => breaker.restore({ ...others, state: { ...state, window } })).toThrow(words)
  })
})
