import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  ramp,
  restoreState,
  saveState,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'
import { type Bench, closedBreaker, halfOpenBreaker, openBreaker, rampingBreaker } from './in-state.ts'

const minute = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime('2026-01-01')
})
afterEach(() => vi.useRealTimers())

/** The wall clock goes on, or jumps, by so many milliseconds. */
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

/** The breaker as it is in another process so many milliseconds of the wall clock later. */
function restoredAfter(ms: number, bench: Bench, options: CircuitBreakerOptions = {}): Bench {
  const saved = JSON.stringify(saveState(bench.breaker))
  pass(ms)
  const other = closedBreaker(options)
  other.clock.set(7e9)
  expect(restoreState(other.breaker, JSON.parse(saved))).toBe(true)
  return other
}

describe('the time between saving and restoring counts', () => {
  test.each([
    [0, { state: 'open', retryAfterMs: 30_000 }],
    [10_000, { state: 'open', retryAfterMs: 20_000 }],
    [29_999, { state: 'open', retryAfterMs: 1 }],
    [30_000, { state: 'half-open' }],
    [minute, { state: 'half-open' }],
  ])('an open duration of 30 s, restored after %i ms', (ms, expected) => {
    const options = { openDuration: 30_000 }
    const { breaker, clock } = restoredAfter(ms, openBreaker(options), options)
    expect(breaker.snapshot()).toMatchObject(expected)
    clock.advance(30_000 - ms)
    expect(breaker.state).toBe('half-open')
  })

  test('an open duration that ended while saved is followed by half-open, with one transition for each', () => {
    const options = { openDuration: 30_000 }
    const saved = JSON.stringify(saveState(openBreaker(options).breaker))
    pass(minute)
    const { breaker } = closedBreaker(options)
    const seen: string[] = []
    breaker.on('transition', ({ from, to, reason, cause }) => seen.push([from, to, reason, cause].join(' ')))
    restoreState(breaker, JSON.parse(saved))
    expect(breaker.state).toBe('half-open')
    expect(seen).toEqual(['closed open restored manual', 'open half-open open-duration-ended time'])
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test.each([
    [4_999, 2],
    [10_000, 0],
    [1e9, 0],
  ])('in a window of 10 s: after %i ms it holds %i failures', (ms, failures) => {
    const options = { trip: failureCount({ threshold: 9, window: timeWindow(10_000) }) }
    const bench = closedBreaker(options)
    for (let n = 0; n < 2; n++) bench.breaker.acquire().failure()
    expect(restoredAfter(ms, bench, options).breaker.snapshot().window).toEqual({ calls: failures, failures })
  })

  test('in the window of a throttle', () => {
    const options = {
      trip: consecutiveFailures(100),
      admission: adaptiveThrottle({ window: timeWindow(10_000), minimumCalls: 1 }),
      random: () => 0,
    }
    const bench = closedBreaker(options)
    bench.breaker.acquire().failure()
    const soon = restoredAfter(5_000, bench, options).breaker
    expect(soon.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
    const later = restoredAfter(10_000, bench, options).breaker
    expect(later.tryAcquire().admitted).toBe(true)
    expect(later.snapshot().admission).toMatchObject({ calls: 0, failures: 0 })
  })

  test('not in a count window, nor in a run of failures', () => {
    const trip = anyOf(consecutiveFailures(5), failureCount({ threshold: 5, window: countWindow(9) }))
    const bench = closedBreaker({ trip })
    for (let n = 0; n < 4; n++) bench.breaker.acquire().failure()
    const { breaker } = restoredAfter(1e9, bench, { trip })
    breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })

  test('in a ramp', () => {
    const options = { recovery: ramp({ duration: 1_000, from: 0 }) }
    const bench = rampingBreaker(options)
    bench.clock.advance(250)
    expect(restoredAfter(250, bench, options).breaker.snapshot().recovery).toMatchObject({ share: 0.5 })
    expect(restoredAfter(750, bench, options).breaker.snapshot().recovery).toBeNull()
  })

  test('in an override with a time', () => {
    const bench = closedBreaker()
    bench.breaker.forceOpen('deploy', { for: minute })
    bench.clock.advance(10_000)
    expect(restoredAfter(20_000, bench).breaker.snapshot().override).toMatchObject({ expiresInMs: 30_000 })
    const { breaker } = restoredAfter(50_000, bench)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', override: null })
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'override-expired' })
  })

  test('in the open duration under an override that ends as well', () => {
    const bench = openBreaker({ openDuration: 30_000 })
    bench.breaker.forceClosed('rehearsal', { for: 10_000 })
    expect(restoredAfter(10_000, bench).breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 20_000 })
    expect(restoredAfter(minute, bench).breaker.state).toBe('half-open')
  })

  test('in a round of probes with a maxDuration', () => {
    const options = { halfOpen: { maxDuration: minute } }
    const bench = halfOpenBreaker(options)
    bench.clock.advance(10_000)
    const { breaker, clock } = restoredAfter(20_000, bench, options)
    expect(breaker.state).toBe('half-open')
    clock.advance(29_999)
    expect(breaker.state).toBe('half-open')
    clock.advance(1)
    expect(breaker.state).toBe('open')
    const late = restoredAfter(50_000, bench, options).breaker
    expect(late.state).toBe('open')
    expect(late.snapshot().lastTransition).toMatchObject({ reason: 'probes-undecided', cause: 'time' })
  })

  test('in the age of the state', () => {
    const bench = openBreaker()
    bench.clock.advance(100)
    const { at, since } = restoredAfter(200, bench).breaker.snapshot()
    expect(at - since).toBe(300)
  })
})

describe('a wall clock that jumped while a breaker was saved', () => {
  test.each([-1, -minute, -1e12])('back by %i ms: no time has passed', (ms) => {
    const { breaker, clock } = restoredAfter(ms, openBreaker({ openDuration: 30_000 }))
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 30_000 })
    clock.advance(30_000)
    expect(breaker.state).toBe('half-open')
  })

  test.each([1e10, 1e12, 8e15 - Date.UTC(2026, 0, 1)])('forward by %i ms: it is half-open, and works', (ms) => {
    const { breaker, clock } = restoredAfter(ms, openBreaker({ openDuration: 30_000 }))
    expect(breaker.state).toBe('half-open')
    breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 })
    clock.advance(1_000)
    for (let n = 0; n < 2; n++) breaker.acquire().success()
    expect(breaker.state).toBe('closed')
    const snapshot = breaker.snapshot()
    expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot)
  })

  test('forward: a window is empty, and fills again', () => {
    const options = { trip: failureRate({ window: timeWindow(1_000, { buckets: 3 }), minimumCalls: 2, threshold: 1 }) }
    const bench = closedBreaker(options)
    bench.breaker.acquire().failure()
    const { breaker } = restoredAfter(1e12, bench, options)
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, failures: 0 })
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })
})

const trips: [string, () => NonNullable<CircuitBreakerOptions['trip']>][] = [
  ['a count window', () => failureRate({ threshold: 0.6, window: countWindow(7), minimumCalls: 4 })],
  ['a time window', () => failureRate({ threshold: 0.6, window: timeWindow(500, { buckets: 5 }), minimumCalls: 4 })],
  ['one bucket', () => failureCount({ threshold: 4, window: timeWindow(300, { buckets: 1 }) })],
  ['slow calls', () => slowCallRate({ slowAfter: 1, threshold: 0.6, window: countWindow(9), minimumCalls: 4 })],
  ['several policies', () => anyOf(consecutiveFailures(4), failureCount({ threshold: 5, window: timeWindow(800) }))],
]

describe.each(trips)('with %s', (_, trip) => {
  const options = (): CircuitBreakerOptions => ({
    trip: trip(),
    openDuration: ({ attempt }) => 200 * attempt,
    halfOpen: { successThreshold: 1, maxDuration: 400 },
    recovery: ramp({ duration: 512, from: 0.5 }),
    admission: adaptiveThrottle({ window: timeWindow(600, { buckets: 3 }), minimumCalls: 3 }),
    random: () => 0.75,
  })
  const quarters = (max: number) => fc.integer({ min: 0, max: 4 * max }).map((n) => n / 4)
  const step = fc.record({
    wait: quarters(120),
    /** How long it is saved, in the whole milliseconds of a wall clock; undefined if it is not. */
    saved: fc.option(fc.oneof(fc.constant(0), fc.nat(300)), { nil: undefined }),
    fails: fc.boolean(),
    override: fc.option(fc.constantFrom('forceOpen' as const, 'forceClosed' as const), { nil: undefined, freq: 12 }),
  })

  test('a breaker that is restored at any time behaves as one that never stopped', () => {
    const property = fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const stays = closedBreaker(options())
      let moves = closedBreaker(options())
      for (const { wait, saved, fails, override } of steps) {
        expect(stays.breaker.state).toBe(moves.breaker.state)
        if (saved !== undefined) {
          moves = restoredAfter(saved, moves, options())
          stays.clock.advance(saved)
        }
        const admitted = [stays, moves].map(({ breaker, clock }) => {
          clock.advance(wait)
          if (override !== undefined) breaker[override]('a while', { for: 150 })
          const admission = breaker.tryAcquire()
          if (admission.admitted) admission.settle(fails ? 'failure' : 'success')
          return admission.admitted ? true : { ...admission }
        })
        expect(admitted[1]).toEqual(admitted[0])
        const [expected, seen] = [stays, moves].map(({ breaker }) => {
          const { state, retryAfterMs, window, totals, opens, closes, probes, recovery, admission, override, ...rest } =
            breaker.snapshot()
          const share = recovery?.['share']
          const { expiresInMs, note } = override ?? {}
          const age = rest.at - rest.since
          return {
            ...{ state, retryAfterMs, window, totals, opens, closes, probes, admission },
            ...{ share, expiresInMs, note, age },
          }
        })
        expect(seen).toEqual(expected)
      }
    })
    fc.assert(property, { numRuns: 200 })
  }, 120_000)

  test('whatever a breaker has saved it can restore at once, on a clock with any fractions', () => {
    const fractions = fc.double({ min: 0, max: 1_000, noNaN: true })
    const act = fc.oneof(
      fc.record({ wait: fractions, outcome: fc.constantFrom('success' as const, 'failure' as const) }),
      fc.record({
        wait: fractions,
        override: fc.constantFrom('forceOpen' as const, 'forceClosed' as const),
        for: fc.oneof(fractions, fc.double({ min: 1, max: Number.MAX_SAFE_INTEGER, noNaN: true })),
      }),
      fc.record({ wait: fractions, override: fc.constantFrom('resume' as const, 'reset' as const) }),
    )
    const starts = fc.oneof(fractions, fc.double({ min: -1e14, max: 9e13, noNaN: true }))
    const durations = fc.oneof(
      fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
      fc.double({ min: 1, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
    )
    const property = fc.property(starts, durations, fc.array(act, { maxLength: 30 }), (start, openDuration, acts) => {
      const bench = closedBreaker({ ...options(), openDuration })
      bench.clock.set(start)
      for (const { wait, ...one } of acts) {
        bench.clock.advance(wait)
        if ('outcome' in one) {
          const admission = bench.breaker.tryAcquire()
          if (admission.admitted) admission.settle(one.outcome)
        } else if ('for' in one) bench.breaker[one.override]('a while', { for: Math.max(one.for, 1e-3) })
        else bench.breaker[one.override]()
        const saved = JSON.parse(JSON.stringify(saveState(bench.breaker)))
        const other = closedBreaker({ ...options(), openDuration, now: bench.clock.now }).breaker
        expect(restoreState(other, saved)).toBe(true)
        expect(JSON.parse(JSON.stringify(saveState(other))).state.name).toBe(saved.state.name)
      }
    })
    fc.assert(property, { numRuns: 300 })
  }, 120_000)
})
