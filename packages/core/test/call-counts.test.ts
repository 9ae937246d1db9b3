import { expect, test, vi } from 'vitest'
import {
  anyOf,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  type TripPolicy,
  timeWindow,
} from '../src/index.ts'
import { closedBreaker, down } from './in-state.ts'

const timed = failureCount({ threshold: 5, window: timeWindow(10_000) })
const untimed = consecutiveFailures(5)

const exact: [string, TripPolicy, number][] = [
  ['any pace if the policy reads the clock', timed, 0.001],
  ['any pace if one of the policies reads the clock', anyOf(untimed, timed), 0.001],
  ['one a millisecond', untimed, 1],
  ['one in ten milliseconds', untimed, 10],
  ['one a minute', untimed, 60_000],
]

test.each(exact)('lastSuccessAt is exact at %s', (_, trip, ms) => {
  const { breaker, clock } = closedBreaker({ trip })
  for (let n = 0; n < 300; n++) {
    clock.advance(ms)
    breaker.acquire().success()
    expect(breaker.snapshot().lastSuccessAt).toBe(clock.now())
  }
})

test('lastSuccessAt is at most 64 calls behind when successes follow each other faster', () => {
  const { breaker, clock } = closedBreaker({ trip: untimed })
  for (let n = 0; n < 1_000; n++) {
    clock.advance(0.01)
    breaker.acquire().success()
    const behind = clock.now() - (breaker.snapshot().lastSuccessAt as number)
    expect(behind).toBeLessThanOrEqual(0.65)
  }
  clock.advance(3_600_000)
  for (let n = 0; n < 65; n++) breaker.acquire().success()
  expect(breaker.snapshot().lastSuccessAt).toBe(clock.now())
})

test('successes that follow each other within a millisecond seldom read the clock', () => {
  let time = 1e6
  const now = vi.fn(() => (time += 0.001))
  const { breaker } = closedBreaker({ trip: untimed, now })
  for (let n = 0; n < 1_000; n++) breaker.acquire().success()
  expect(now.mock.calls.length).toBeLessThan(150)
})

/** A breaker in the midst of a group of successes that are not stamped one by one. */
function amidRapidSuccesses() {
  const made = closedBreaker({ trip: untimed, openDuration: 1_000, halfOpen: { successThreshold: 5 } })
  for (let n = 0; n < 100; n++) made.breaker.acquire().success()
  return made
}

test('lastSuccessAt is exact for a probe, however fast the calls were before', () => {
  const { breaker, clock } = amidRapidSuccesses()
  for (let n = 0; n < 5; n++) breaker.acquire().failure()
  clock.advance(1_000)
  breaker.acquire().success()
  expect(breaker.snapshot()).toMatchObject({ state: 'half-open', lastSuccessAt: clock.now() })
})

test('lastSuccessAt is exact for the first success after the trip policy was changed', () => {
  const { breaker, clock } = amidRapidSuccesses()
  clock.advance(10)
  breaker.configure({ trip: timed })
  breaker.acquire().success()
  expect(breaker.snapshot().lastSuccessAt).toBe(clock.now())
})

test.each<[string, CircuitBreakerOptions, (breaker: CircuitBreaker) => void]>([
  ['while forced closed', {}, (breaker) => breaker.forceClosed()],
  ['in shadow mode', { shadow: true }, (breaker) => breaker.acquire().failure()],
  [
    'with several policies that read no clock',
    { trip: anyOf(untimed, failureCount({ threshold: 5, window: countWindow(10) })) },
    () => {},
  ],
])('lastSuccessAt is exact %s', (_, options, prepare) => {
  const { breaker, clock } = closedBreaker(options)
  prepare(breaker)
  const permit = breaker.acquire()
  clock.advance(100)
  permit.success()
  expect(breaker.snapshot().lastSuccessAt).toBe(5_100)
})

test('lastSuccessAt and lastFailure are null at first, and ignored calls change neither', () => {
  const { breaker, clock } = closedBreaker({ trip: failureRate() })
  expect(breaker.snapshot()).toMatchObject({ lastSuccessAt: null, lastFailure: null })
  breaker.acquire().success()
  clock.advance(10)
  breaker.acquire().failure(down)
  clock.advance(10)
  breaker.acquire().ignore()
  expect(breaker.snapshot()).toMatchObject({ lastSuccessAt: 5_000, lastFailure: { at: 5_010 } })
})
