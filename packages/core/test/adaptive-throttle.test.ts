import { fakeClock, seededRandom } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import {
  adaptiveThrottle,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  restoreState,
  saveState,
  timeWindow,
} from '../src/index.ts'

/** So that nothing but the throttle rejects. */
const never = consecutiveFailures(1e9)

/** A breaker whose window holds so many successes and failures, and the share of calls that it admits then. */
function admittedShare(
  successes: number,
  failures: number,
  options: Parameters<typeof adaptiveThrottle>[0] = {},
): number {
  let chance = 0
  const admission = adaptiveThrottle({ window: countWindow(1_000), ...options })
  const breaker = new CircuitBreaker({ trip: never, admission, random: () => chance, now: () => 0 })
  const permits = Array.from({ length: successes + failures }, () => breaker.acquire())
  for (const [index, permit] of permits.entries()) permit.settle(index < successes ? 'success' : 'failure')
  for (let percent = 0; percent < 100; percent++) {
    chance = percent / 100 + 1e-9
    const admission = breaker.tryAcquire()
    if (admission.admitted) return 1 - percent / 100
    expect(admission).toMatchObject({ reason: 'throttled', retryAfterMs: 1 })
  }
  return 0
}

describe('an adaptive throttle', () => {
  test.each([
    [100, 0, 1],
    [90, 10, 1],
    [50, 50, 1],
    [40, 60, 0.8],
    [25, 75, 0.5],
    [10, 90, 0.2],
    [0, 100, 0.05],
  ])('of %i successes and %i failures admits %f of the calls', (successes, failures, share) => {
    expect(admittedShare(successes, failures)).toBeCloseTo(share, 5)
  })

  test.each([
    [{ multiplier: 1.25 }, 60, 40, 0.75],
    [{ floor: 0.3 }, 0, 100, 0.3],
    [{ minimumCalls: 101 }, 0, 100, 1],
    [{ minimumCalls: 100 }, 0, 100, 0.05],
  ])('with %j, of %i successes and %i failures it admits %f', (options, successes, failures, share) => {
    expect(admittedShare(successes, failures, options)).toBeCloseTo(share, 5)
  })

  test('never opens, and its snapshot has the probability with which it rejects', async () => {
    const clock = fakeClock()
    const admission = adaptiveThrottle({ window: timeWindow(1_000), minimumCalls: 4 })
    const breaker = new CircuitBreaker({ trip: never, admission, random: () => 0, now: clock.now })
    for (let n = 0; n < 4; n++) await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
    const numbers = { calls: 4, failures: 4, failureRate: 1, rejectionProbability: 0.95 }
    const expected = { policy: 'adaptive-throttle', ...numbers }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 0 })
    expect(breaker.snapshot().admission).toEqual(expected)
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({ code: 'ECIRCUITOPEN', reason: 'throttled' })
    expect(breaker.snapshot()).toMatchObject({ totals: { rejected: 1 }, admission: expected })
    clock.advance(1_000)
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
  })

  test('can stand beside a policy that opens', () => {
    const admission = adaptiveThrottle({ window: countWindow(100) })
    const breaker = new CircuitBreaker({ admission, trip: consecutiveFailures(3), random: () => 0 })
    for (let n = 0; n < 3; n++) breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', lastTransition: { reason: 'consecutive-failures' } })
  })

  test('admits a call at the very probability with which it rejects', () => {
    const breaker = throttled(() => 0.95)
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    expect(breaker.snapshot().admission?.['rejectionProbability']).toBe(0.95)
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test('has no failure rate below its minimum of calls', () => {
    const breaker = throttled(() => 0)
    breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ admission: { calls: 1, failures: 1, failureRate: null } })
  })

  test('continues to reject after it was restored', () => {
    const breaker = throttled(() => 0)
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    const restored = throttled(() => 0)
    restoreState(restored, JSON.parse(JSON.stringify(saveState(breaker))))
    expect(restored.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
  })
})

function throttled(random: () => number): CircuitBreaker {
  const admission = adaptiveThrottle({ window: countWindow(10), minimumCalls: 2 })
  return new CircuitBreaker({ name: 'throttled', trip: never, admission, random })
}

test.each([
  ['default', {}, { minimumCalls: 20, window: { type: 'time', ms: 30_000, buckets: 10 } }],
  ['given', { window: countWindow(10), minimumCalls: 2 }, { minimumCalls: 2, window: { type: 'count', size: 10 } }],
])('a snapshot has the %s settings of a throttle', (_, options, expected) => {
  const { config } = new CircuitBreaker({ admission: adaptiveThrottle(options) }).snapshot()
  expect(config['admission']).toEqual({ policy: 'adaptive-throttle', multiplier: 2, floor: 0.05, ...expected })
})

/** A hundred calls a second to a dependency that fails entirely from second 10 to 40; what the calls of each second came to. */
function outageOf30Seconds(): { admitted: number; succeeded: number }[] {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    trip: never,
    admission: adaptiveThrottle(),
    now: clock.now,
    random: seededRandom(7),
  })
  return Array.from({ length: 80 }, (_, second) => {
    const seen = { admitted: 0, succeeded: 0 }
    for (let n = 0; n < 100; n++) {
      clock.advance(10)
      const admission = breaker.tryAcquire()
      if (!admission.admitted) continue
      seen.admitted++
      if (second >= 10 && second < 40) admission.failure()
      else {
        admission.success()
        seen.succeeded++
      }
    }
    return seen
  })
}

test('in a total outage little reaches the dependency, and after it all calls are admitted again within seconds', () => {
  const seconds = outageOf30Seconds()
  const admittedIn = (from: number, to: number) =>
    seconds.slice(from, to).reduce((sum, { admitted }) => sum + admitted, 0)
  expect(admittedIn(0, 10)).toBe(1_000)
  expect(admittedIn(30, 40)).toBeLessThan(300) // of 1 000; the window still holds good calls from before
  const recovered = seconds.findIndex(({ admitted }, second) => second >= 40 && admitted === 100)
  expect(recovered - 40).toBeLessThan(20)
  expect(admittedIn(recovered, 80)).toBe((80 - recovered) * 100)
})

test('while one shard of ten is down nothing is rejected', () => {
  const breaker = new CircuitBreaker({ trip: never, admission: adaptiveThrottle(), random: seededRandom(1) })
  for (let n = 0; n < 10_000; n++) breaker.acquire().settle(n % 10 === 0 ? 'failure' : 'success')
  expect(breaker.snapshot().totals.rejected).toBe(0)
})

test.each([
  [{ multiplier: 1 }, RangeError, 'multiplier'],
  [{ multiplier: '2' }, TypeError, 'multiplier'],
  [{ floor: 0 }, RangeError, 'floor'],
  [{ floor: 1.1 }, RangeError, 'floor'],
  [{ floor: Number.NaN }, RangeError, 'floor'],
  [{ minimumCalls: 0 }, RangeError, 'minimumCalls'],
  [{ window: 5 }, TypeError, 'window'],
  [{ minimumCalls: 6, window: countWindow(5) }, RangeError, 'minimumCalls'],
  [{ k: 2 }, TypeError, 'k'],
  [null, TypeError, 'adaptiveThrottle'],
])('adaptiveThrottle(%j) throws an error that names the option', (options, kind, named) => {
  const make = () => adaptiveThrottle(options as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})
