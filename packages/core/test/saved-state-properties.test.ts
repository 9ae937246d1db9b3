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
import { closedBreaker } from './in-state.ts'
import { restoredAfter } from './restored-after.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime('2026-01-01')
})
afterEach(() => vi.useRealTimers())

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
