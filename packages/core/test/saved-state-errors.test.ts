import { describe, expect, test } from 'vitest'
import {
  adaptiveThrottle,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  failureCount,
  ramp,
  restoreState,
  saveState,
  timeWindow,
} from '../src/index.ts'
import { closedBreaker, rampingBreaker } from './in-state.ts'

const options: CircuitBreakerOptions = {
  trip: consecutiveFailures(3),
  recovery: ramp({ duration: 1_000 }),
  admission: adaptiveThrottle(),
}
const make = (more: CircuitBreakerOptions = {}) => closedBreaker({ ...options, ...more }).breaker
const savedBy = (breaker: CircuitBreaker) => JSON.parse(JSON.stringify(saveState(breaker)))

const recovering = rampingBreaker({ ...options, trip: consecutiveFailures(1) }).breaker
recovering.configure({ trip: options.trip as never })
const saved = savedBy(recovering)
const counts = (part: object) => ({ ...saved, counts: { ...saved.counts, ...part } })
const state = (part: object) => ({ ...saved, state: { ...saved.state, ...part } })
const memory = (policy: 'trip' | 'recovery' | 'admission', value: unknown) =>
  state({ [policy]: { ...saved.state[policy], memory: value } })
const override = (part: object) => ({ ...saved, override: { state: 'open', note: null, expiresIn: null, ...part } })

const bad: [string, unknown, string][] = [
  ['undefined', undefined, 'saved must be an object, got undefined'],
  ['a string', '{}', 'saved must be an object, got "{}"'],
  ['an array', [], 'saved must be an object, got an array'],
  ['an unknown key', { ...saved, evil: 1 }, 'unknown option "evil" in saved'],
  ['another format', { ...saved, format: 2 }, 'saved.format must be 1, got 2'],
  [
    "another breaker's state",
    { ...saved, name: 'other' },
    'saved.name must be that of this breaker, "test", got "other"',
  ],
  ['no time of saving', { ...saved, savedAt: undefined }, 'saved.savedAt must be a number, got undefined'],
  ['a date as the time of saving', { ...saved, savedAt: '2026-01-01' }, 'saved.savedAt must be a number'],
  ['an endless time of saving', { ...saved, savedAt: Number.POSITIVE_INFINITY }, 'saved.savedAt must be a number'],
  ['no state', { ...saved, state: undefined }, 'saved.state must be an object, got undefined'],
  ['an unknown state', state({ name: 'ajar' }), 'saved.state.name must be closed, open or half-open, got "ajar"'],
  ['a negative age', { ...saved, age: -5 }, 'saved.age must be a number of milliseconds'],
  ['an age of NaN', { ...saved, age: null }, 'saved.age must be a number of milliseconds'],
  ['no age', { ...saved, age: undefined }, 'saved.age must be a number of milliseconds'],
  [
    'an endless open duration',
    { ...saved, state: { name: 'open', attempt: 1, remaining: 1e300 } },
    'saved.state.remaining must be a number of milliseconds',
  ],
  [
    'a negative rest of the open duration',
    { ...saved, state: { name: 'open', attempt: 1, remaining: -1 } },
    'saved.state.remaining must be a number of milliseconds',
  ],
  ...(
    [
      [5, 'saved.state.openedBy must be a trip or null, got 5'],
      [{}, 'saved.state.openedBy must be a trip or null, got an object'],
      [{ policy: 'x' }, 'saved.state.openedBy.lastFailure must be an object, got undefined'],
      [
        { policy: 'x', lastFailure: { name: 5, code: null } },
        'openedBy.lastFailure.name must be a string or null, got 5',
      ],
      [
        { policy: 'x', lastFailure: { name: null, code: {} } },
        'openedBy.lastFailure.code must be a string, a number or',
      ],
    ] as const
  ).map(([openedBy, words]): [string, object, string] => [
    `the trip ${JSON.stringify(openedBy)}`,
    { ...saved, state: { name: 'open', attempt: 1, openedBy, remaining: 1 } },
    words,
  ]),
  [
    'a round of probes without an age',
    { ...saved, state: { name: 'half-open', attempt: 1 } },
    'saved.state.age must be a number of milliseconds',
  ],
  ...Object.keys(saved.counts).map((name): [string, object, string] => [
    `a negative count: ${name}`,
    counts({ [name]: -1 }),
    `saved.counts.${name} must be an integer >= 0, got -1`,
  ]),
  ['half a success', counts({ success: 1.5 }), 'saved.counts.success must be an integer >= 0, got 1.5'],
  ['counts of 5', { ...saved, counts: 5 }, 'saved.counts must be an object, got 5'],
  ['no counts', { ...saved, counts: {} }, 'saved.counts.success must be an integer >= 0, got undefined'],
  ['a recovery of 5', state({ recovery: 5 }), 'saved.state.recovery must be an object, got 5'],
  ['a ramp without an age', memory('recovery', {}), 'ramp.age must be a number'],
  ['a ramp with a negative age', memory('recovery', { age: -1 }), 'ramp.age must be a number >= 0, got -1'],
  ['a negative attempt', state({ attempt: -1 }), 'saved.state.attempt must be an integer >= 0, got -1'],
  ['half an attempt', state({ attempt: 0.5 }), 'saved.state.attempt must be an integer >= 0, got 0.5'],
  ['half a failure', memory('trip', 0.5), 'must be an integer from 0 to 2, got 0.5'],
  ['too many failures in a row', memory('trip', 3), 'must be an integer from 0 to 2, got 3'],
  ['a window of another kind', memory('trip', { calls: 1 }), 'must be an integer from 0 to 2, got an object'],
  ['no trip policy', state({ trip: null }), 'saved.state.trip must be an object, got null'],
  ['a trip policy without a name', state({ trip: {} }), 'saved.state.trip.policy must be a string, got undefined'],
  ['a recovery without a name', state({ recovery: {} }), 'saved.state.recovery.policy must be a string'],
  ['a trip policy of 5', state({ trip: 5 }), 'saved.state.trip must be an object, got 5'],
  ['an admission policy of 5', state({ admission: 5 }), 'saved.state.admission must be an object, got 5'],
  ['the window of a throttle of 5', memory('admission', 5), 'window must be an object, got 5'],
  ['an override of 5', { ...saved, override: 5 }, 'saved.override must be an object, got 5'],
  ['an override without a state', override({ state: '' }), 'saved.override.state must be open or closed, got ""'],
  ['an override with a note of 5', override({ note: 5 }), 'saved.override.note must be a string or null, got 5'],
  ['an override that ended', override({ expiresIn: -1 }), 'saved.override.expiresIn must be a number of milliseconds'],
]

describe('restoreState throws an error that says what is wrong, and changes nothing', () => {
  test.each(bad)('for %s', (_, input, words) => {
    const breaker = make()
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    const before = breaker.snapshot()
    expect(() => restoreState(breaker, input)).toThrow(words)
    expect(breaker.snapshot()).toEqual(before)
  })

  const windows = { count: countWindow(5), time: timeWindow(500, { buckets: 5 }) }
  const left = 5
  test.each<['count' | 'time', unknown, string]>([
    ['count', 5, 'window must be an object, got 5'],
    ['count', { calls: 6, failures: [] }, 'window.calls must be an integer from 0 to 5, got 6'],
    ['count', { calls: 1.5, failures: [] }, 'window.calls must be an integer from 0 to 5, got 1.5'],
    ['count', { calls: 2, failures: 'all' }, 'window.failures must be an array'],
    ['count', { calls: 2, failures: [0.5] }, 'window.failures must be an integer from 0 to 1, got 0.5'],
    ['count', { calls: 2, failures: [5] }, 'window.failures must be an integer from 0 to 1, got 5'],
    ['count', { calls: 0, failures: [0] }, 'window.failures'],
    ['time', 5, 'window must be an object, got 5'],
    ['time', { left: -1, buckets: [[1, 0]] }, 'window.left must be a number >= 0, got -1'],
    ['time', { left, buckets: 'two' }, 'window.buckets must be an array'],
    ['time', { left, buckets: [] }, 'window.buckets must be an array of 1 to 5 pairs of numbers'],
    ['time', { left, buckets: Array(6).fill([1, 0]) }, 'window.buckets must be an array of 1 to 5 pairs of numbers'],
    ['time', { left, buckets: [null] }, 'window.buckets must be pairs of numbers, got null'],
    ['time', { left, buckets: [1] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: [[1, 0, 0]] }, 'window.buckets must be pairs of numbers, got'],
    ['time', { left, buckets: Array(5).fill([2 ** 52, 0]) }, 'window.buckets in total must be an integer >= 0'],
    ['time', { left, buckets: [[-1, 0]] }, 'window.buckets must be an integer >= 0, got -1'],
    ['time', { left, buckets: [[1.5, 0]] }, 'window.buckets must be an integer >= 0, got 1.5'],
    ['time', { left, buckets: [[1, 2]] }, 'window.buckets must be an integer from 0 to 1, got 2'],
    ['time', { left, buckets: [[2, 0.5]] }, 'window.buckets must be an integer from 0 to 2, got 0.5'],
  ])('for a %s window of %j', (kind, window, words) => {
    const breaker = make({ trip: failureCount({ threshold: 3, window: windows[kind] }) })
    const { state, ...others } = savedBy(breaker)
    const trip = { ...state.trip, memory: window }
    expect(() => restoreState(breaker, { ...others, state: { ...state, trip } })).toThrow(words)
  })
})

test('a breaker survives any part of its saved state being replaced by anything', () => {
  const values = [null, undefined, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '', 'x', [], {}, true, 5]
  const paths: (readonly string[])[] = []
  const walk = (value: unknown, path: readonly string[]) => {
    paths.push(path)
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
  }
  walk({ ...saved, override: { state: 'open', note: 'deploy', expiresIn: 5 } }, [])
  const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown =>
    key === undefined ? by : { ...(value as object), [key]: replaced((value as never)[key], rest, by) }
  for (const path of paths) {
    for (const value of values) {
      const breaker = make()
      const input = replaced({ ...saved, override: { state: 'open', note: 'deploy', expiresIn: 5 } }, path, value)
      try {
        restoreState(breaker, input)
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
        expect(breaker.snapshot()).toMatchObject({ state: 'closed', override: null, closes: 0 })
      }
      const snapshot = breaker.snapshot()
      expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot)
      breaker.reset()
      for (let n = 0; n < 3; n++) breaker.acquire().failure()
      expect(breaker.state).toBe('open')
    }
  }
}, 120_000)

test('with orFresh a breaker whose saved state is bad is reset, and restoreState returns false', () => {
  const breaker = make()
  for (let n = 0; n < 3; n++) breaker.acquire().failure()
  expect(restoreState(breaker, 'garbage', { orFresh: true })).toBe(false)
  expect(breaker.state).toBe('closed')
})
