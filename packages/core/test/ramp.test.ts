import { type FakeClock, fakeClock } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureRate,
  ramp,
  slowCallRate,
} from '../src/index.ts'
import { rampingBreaker } from './in-state.ts'

interface Ramping {
  breaker: CircuitBreaker
  clock: FakeClock
  /** The next answers of chance. */
  chance: { next: number }
}

/** A breaker that has just closed after an outage, at the beginning of its ramp. */
function ramping(options: CircuitBreakerOptions = {}): Ramping {
  const clock = fakeClock()
  const chance = { next: 0 }
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(3),
    openDuration: exponentialBackoff({ initial: 1_000, jitter: 0 }),
    halfOpen: { successThreshold: 1 },
    recovery: ramp({ duration: 10_000, from: 0.2 }),
    now: clock.now,
    random: () => chance.next,
    ...options,
  })
  for (let n = 0; n < 20 && breaker.state === 'closed'; n++) {
    const permit = breaker.acquire()
    clock.advance(100)
    permit.failure()
  }
  clock.advance(1_000)
  breaker.acquire().success()
  return { breaker, clock, chance }
}

/** The share of calls that would be admitted now, to a hundredth. */
function shareOf({ breaker, chance }: Ramping): number {
  for (let percent = 0; percent < 100; percent++) {
    chance.next = percent / 100 + 1e-9 // so that rounding decides nothing
    const admission = breaker.tryAcquire()
    if (!admission.admitted) return percent / 100
    admission.ignore()
  }
  return 1
}

describe('after an outage, with a ramp', () => {
  test.each([
    [0, 0.2],
    [2_500, 0.4],
    [5_000, 0.6],
    [9_999, 1],
    [10_000, 1],
    [1e9, 1],
  ])('after %i of 10 000 ms the share of admitted calls is %f', (elapsed, share) => {
    const bench = ramping()
    bench.clock.advance(elapsed)
    expect(shareOf(bench)).toBe(share)
  })

  test.each([
    [1, 0.5, 0.5],
    [2, 0.5, 0.25],
    [2, 0.1, 0.01],
    [0.5, 0.25, 0.5],
  ])('with exponent %f, after %f of the time the share is %f of the way', (exponent, elapsed, share) => {
    const bench = ramping({ recovery: ramp({ duration: 1_000, from: 0, exponent }) })
    bench.clock.advance(1_000 * elapsed)
    expect(shareOf(bench)).toBe(share)
  })

  test('a call beyond the share is rejected with the reason ramp and counted, and the next one may be admitted', async () => {
    const { breaker, clock, chance } = ramping()
    clock.advance(1_000)
    chance.next = 0.99
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({
      code: 'ECIRCUITOPEN',
      reason: 'ramp',
      retryAfterMs: 1,
    })
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      totals: { rejected: 1 },
      recovery: { policy: 'ramp', share: 0.28, rejected: 1 },
    })
    clock.advance(9_000)
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    expect(breaker.snapshot().recovery).toBeNull()
  })

  test('a relapse re-opens for longer than the time before, and a second recovery ramps again', () => {
    const { breaker, clock } = ramping()
    for (let n = 0; n < 3; n++) breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 2_000, lastTransition: { attempt: 2 } })
    clock.advance(2_000)
    breaker.acquire().success()
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', recovery: { share: 0.2 } })
  })

  test('an outage after the ramp is a new one', () => {
    const { breaker, clock } = ramping()
    clock.advance(10_000)
    for (let n = 0; n < 3; n++) breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000, lastTransition: { attempt: 1 } })
  })

  test.each([
    ['failureRate', failureRate({ threshold: 0.5, minimumCalls: 20, window: countWindow(100) })],
    ['slowCallRate', slowCallRate({ slowAfter: 100, threshold: 0.5, minimumCalls: 20, window: countWindow(100) })],
  ])('%s needs fewer calls to trip while few are admitted', (_name, trip) => {
    const { breaker, clock } = ramping({ trip, recovery: ramp({ duration: 1e6, from: 0.2 }) })
    const callsUntilOpen = () => {
      let calls = 0
      for (; calls < 100 && breaker.state === 'closed'; calls++) {
        const permit = breaker.acquire()
        clock.advance(100)
        permit.failure()
      }
      return calls
    }
    expect(callsUntilOpen()).toBe(5) // 20 × 0.2, and a little
    breaker.reset()
    expect(callsUntilOpen()).toBe(20)
  })

  test('calls admitted during the ramp count as any others after it', () => {
    const { breaker, clock } = ramping()
    const permit = breaker.acquire()
    clock.advance(20_000)
    permit.success()
    expect(breaker.snapshot().totals).toMatchObject({ success: 2, late: 0 })
  })

  test('in shadow mode nothing is rejected', () => {
    const { breaker, chance } = ramping({ shadow: true })
    chance.next = 0.5
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.snapshot().shadowed).toBe(1)
  })
})

test('a breaker that was never open, was reset or was resumed has no ramp', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    recovery: ramp({ duration: 1_000, from: 0 }),
    now: clock.now,
    random: () => 0.99,
  })
  expect(breaker.tryAcquire().admitted).toBe(true)
  breaker.forceOpen()
  breaker.resume()
  expect(breaker.tryAcquire().admitted).toBe(true)
  breaker.reset()
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test.each([
  [undefined, TypeError, 'ramp'],
  [{}, TypeError, 'ramp duration'],
  [{ duration: 0 }, RangeError, 'ramp duration'],
  [{ duration: '10s' }, TypeError, 'ramp duration'],
  [{ duration: 5, from: -0.1 }, RangeError, 'ramp from'],
  [{ duration: 5, from: 1.5 }, RangeError, 'ramp from'],
  [{ duration: 5, exponent: 0 }, RangeError, 'ramp exponent'],
  [{ duration: 5, exponent: 101 }, RangeError, 'ramp exponent'],
  [{ duration: 5, exponent: Number.NaN }, RangeError, 'ramp exponent'],
  [{ duration: 5, to: 1 }, TypeError, '"to" in ramp'],
  [5, TypeError, 'ramp'],
])('ramp(%j) throws an error that names the option', (options, kind, named) => {
  const make = () => ramp(options as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})

test.each([
  [{ duration: 100 }, { policy: 'ramp', duration: 100, from: 0.1, exponent: 1 }],
  [
    { duration: 100, from: 0, exponent: 2 },
    { policy: 'ramp', duration: 100, from: 0, exponent: 2 },
  ],
])('a snapshot has the settings of ramp(%j)', (options, expected) => {
  expect(new CircuitBreaker({ recovery: ramp(options) }).snapshot().config['recovery']).toEqual(expected)
  expect(new CircuitBreaker().snapshot().config['recovery']).toBeNull()
})

test('a ramp from 0 admits no call at its very beginning, whatever chance says', () => {
  const { breaker, clock } = rampingBreaker({ random: () => 0 })
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'ramp' })
  clock.advance(1)
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test('a ramp that ended long ago is not in the snapshot', () => {
  const { breaker, clock } = rampingBreaker()
  expect(breaker.snapshot().recovery).toEqual({ policy: 'ramp', share: 0, rejected: 0 })
  clock.advance(5_000)
  expect(breaker.snapshot().recovery).toBeNull()
})

test('a snapshot counts the calls that the ramp has rejected, and only those', () => {
  const { breaker, clock } = rampingBreaker({ random: () => 0.4 })
  clock.advance(300)
  expect(breaker.tryAcquire().admitted).toBe(false)
  clock.advance(300)
  expect(breaker.tryAcquire().admitted).toBe(true)
  expect(breaker.snapshot().recovery).toEqual({ policy: 'ramp', share: 0.6, rejected: 1 })
})
