import { describe, expect, test } from 'vitest'
import { Breaker } from '../src/page/breaker.ts'
import { increases } from '../src/page/increases.ts'
import type { Counts, Head } from '../src/wire.ts'

const head: Head = [1, 'payments', 0, 0, null, null, null, null, 'rate', 0.5, false, null, null, null, null]
const counts = (success: number, failure = 0, rejected = 0): Counts => [1, success, failure, 0, rejected, 0, 0, null]

describe('the rates of a breaker', () => {
  test('are those of the latest seconds', () => {
    const breaker = new Breaker(head, counts(100), 0)
    for (let second = 1; second <= 20; second++)
      breaker.count(counts(100 + 10 * second, second, 2 * second), 1_000 * second)
    const { calls, failures, rejected } = breaker.rates(20_000)
    expect([calls, failures, rejected].map(Math.round)).toEqual([11, 1, 2])
  })

  test('fall to nothing when calls stop', () => {
    const breaker = new Breaker(head, counts(0), 0)
    breaker.count(counts(50), 2_000)
    expect(breaker.rates(2_000).calls).toBeGreaterThan(10)
    expect(breaker.rates(12_100).calls).toBe(0)
  })

  test('after a pause are not spread over the pause', () => {
    const breaker = new Breaker(head, counts(0), 0)
    breaker.count(counts(40), 60_000)
    expect(breaker.samples.map(({ at, calls }) => [at, calls])).toEqual([
      [0, 0],
      [58_000, 0],
      [60_000, 40],
    ])
  })

  test('begin anew with another process', () => {
    const breaker = new Breaker(head, counts(1_000), 0)
    breaker.count(counts(5), 5_000)
    expect(breaker.samples).toHaveLength(1)
    expect(breaker.rates(5_000).calls).toBe(0)
  })
})

describe('what is kept of a breaker', () => {
  test('is bounded, however long the page is open', () => {
    const breaker = new Breaker(head, counts(0), 0)
    for (let n = 1; n < 5_000; n++) {
      breaker.count(counts(n), 500 * n)
      breaker.step([1, 500 * n, 0, 1])
    }
    expect(breaker.samples.length).toBeLessThanOrEqual(120)
    expect((breaker.samples.at(-1)?.at ?? 0) - (breaker.samples[0]?.at ?? 0)).toBeGreaterThan(200_000)
    expect(breaker.steps.value.length).toBeLessThanOrEqual(1_802)
  })
})

test('a sparkline shows when calls came, and nothing from before the page was opened', () => {
  const breaker = new Breaker(head, counts(0), 60_000)
  breaker.count(counts(30), 62_000)
  breaker.count(counts(30, 6), 118_000)
  const sums = increases(breaker.samples, 'calls', 120_000)
  expect(sums).toHaveLength(20)
  expect(sums.reduce((a, b) => a + b)).toBe(36)
  expect([sums[0], sums.at(-1)]).toEqual([30, 6])
})
