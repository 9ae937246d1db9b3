import { fakeClock } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, failureCount, timeWindow } from '../src/index.ts'

const aClock = (start = 1_000) => {
  const { now, advance, set } = fakeClock(start)
  return {
    now,
    advance,
    set,
    get last() {
      return now()
    },
  }
}

describe('timeWindow', () => {
  const steps = fc.array(fc.tuple(fc.oneof(fc.nat(30), fc.nat(1_500), fc.constant(1e9)), fc.boolean()), {
    maxLength: 120,
  })
  const shapes = fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 40 }))

  test('never counts a call older than its time, always one that is younger by a bucket', () => {
    const property = fc.property(shapes, steps, ([ms, buckets], calls) => {
      const clock = aClock()
      const window = timeWindow(ms, { buckets }).open(clock)
      const past: { at: number; failed: boolean }[] = []
      for (const [gap, failed] of calls) {
        clock.advance(gap)
        window.record(failed)
        past.push({ at: clock.now(), failed })
        const { calls, failures } = window.counts()
        // A hair's breadth for widths that are no binary fraction.
        const within = (age: number) => past.filter(({ at }) => clock.now() - at < age)
        const [most, least] = [within(ms + 1e-6), within(ms - ms / buckets - 1e-6)]
        expect(calls).toBeLessThanOrEqual(most.length)
        expect(calls).toBeGreaterThanOrEqual(least.length)
        expect(failures).toBeLessThanOrEqual(most.filter((call) => call.failed).length)
        expect(failures).toBeGreaterThanOrEqual(least.filter((call) => call.failed).length)
      }
    })
    fc.assert(property, { numRuns: 300 })
  }, 120_000)

  test.each([1, 3, 10, 10_000])('with %i buckets an idle gap of its time or more empties it exactly', (buckets) => {
    for (const gap of [1_000, 1_001, 1_999, 5_000, 3_600_000, 1e12]) {
      const clock = aClock()
      const window = timeWindow(1_000, { buckets }).open(clock)
      for (let n = 0; n < 20; n++) {
        window.record(true)
        clock.advance(40)
      }
      clock.advance(gap - 40)
      expect(window.counts()).toEqual({ calls: 0, failures: 0 })
      window.record(true)
      expect(window.counts()).toEqual({ calls: 1, failures: 1 })
    }
  })

  test('a call at the start of a bucket is forgotten exactly when its time is up', () => {
    const clock = aClock()
    const window = timeWindow(1_000).open(clock)
    window.record(true)
    clock.advance(999)
    expect(window.counts()).toEqual({ calls: 1, failures: 1 })
    clock.advance(1)
    expect(window.counts()).toEqual({ calls: 0, failures: 0 })
  })

  test('of 10 000 ms in 3 buckets has forgotten a call after exactly that time', () => {
    const clock = fakeClock()
    const breaker = new CircuitBreaker({
      trip: failureCount({ threshold: 9, window: timeWindow(10_000, { buckets: 3 }) }),
      now: clock.now,
    })
    breaker.acquire().failure()
    clock.advance(10_000)
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })

  test('has forgotten a call after exactly its time, whatever its time, its buckets and the time of the call', () => {
    const quarters = fc.integer({ min: 0, max: 4e12 }).map((count) => count / 4)
    const property = fc.property(
      fc.integer({ min: 1, max: 1e7 }),
      fc.integer({ min: 1, max: 10_000 }),
      quarters,
      (ms, buckets, start) => {
        const clock = aClock(start)
        const window = timeWindow(ms, { buckets }).open(clock)
        window.record(true)
        clock.advance(ms)
        expect(window.counts()).toEqual({ calls: 0, failures: 0 })
      },
    )
    fc.assert(property, { numRuns: 5_000 })
  }, 120_000)

  test('has forgotten a call after exactly its time for each whole number of ms up to 3 000 and of buckets up to 40', () => {
    const kept: string[] = []
    for (let ms = 1; ms <= 3_000; ms++) {
      for (let buckets = 1; buckets <= 40; buckets++) {
        const clock = aClock(0)
        const window = timeWindow(ms, { buckets }).open(clock)
        window.record(true)
        clock.advance(ms)
        if (window.counts().calls !== 0) kept.push(`${ms} ms in ${buckets} buckets`)
      }
    }
    expect(kept).toEqual([])
  }, 120_000)

  test('has forgotten the first of several calls after exactly its time', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      (ms, buckets, shares) => {
        const clock = aClock(0)
        const window = timeWindow(ms, { buckets }).open(clock)
        window.record(true)
        const others = shares.map((share) => Math.floor(share * ms)).sort((a, b) => a - b)
        for (const at of others) {
          clock.set(at)
          window.record(false)
        }
        clock.set(ms)
        expect(window.counts().failures).toBe(0)
      },
    )
    fc.assert(property, { numRuns: 2_000 })
  }, 120_000)

  test('holds the same whether or not it was asked in between', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 400 }), does: fc.constantFrom('record', 'record', 'ask') })
    const property = fc.property(shapes, fc.array(step, { maxLength: 40 }), ([ms, buckets], steps) => {
      const clock = aClock(0)
      const asked = timeWindow(ms, { buckets }).open(clock)
      const other = timeWindow(ms, { buckets }).open(clock)
      for (const { wait, does } of steps) {
        clock.advance(wait)
        if (does === 'ask') asked.counts()
        else for (const window of [asked, other]) window.record(true)
      }
      for (let n = 0; n <= 2 * buckets; n++) {
        expect(asked.counts()).toEqual(other.counts())
        clock.advance(ms / buckets / 2)
      }
    })
    fc.assert(property, { numRuns: 3_000 })
  }, 120_000)

  test('10 buckets are the default', () => {
    expect(timeWindow(500).config).toEqual({ type: 'time', ms: 500, buckets: 10 })
  })

  test('its counts stay steady under constant traffic, for long', () => {
    const clock = aClock()
    const window = timeWindow(1_000).open(clock)
    for (let n = 0; n < 20_000; n++) {
      clock.advance(10)
      window.record(n % 4 === 0)
      if (n < 100) continue
      expect(window.calls).toBeGreaterThanOrEqual(90)
      expect(window.calls).toBeLessThanOrEqual(100)
      expect(Math.abs(window.failures - window.calls / 4)).toBeLessThanOrEqual(1)
    }
  })
})
