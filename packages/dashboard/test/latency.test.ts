import { CircuitBreaker } from '@cb/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Latencies, mostWatched } from '../src/latency.ts'

let latencies: Latencies
let breaker: CircuitBreaker

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 })
  latencies = new Latencies()
  breaker = new CircuitBreaker({ name: 'payments' })
})
afterEach(() => {
  latencies.close()
  vi.useRealTimers()
})

function call(duration: number, of: CircuitBreaker = breaker): void {
  const permit = of.acquire()
  vi.advanceTimersByTime(duration)
  permit.success()
}

describe('latencies', () => {
  test('are those of five seconds each, at most 12 % too long', () => {
    latencies.of(breaker)
    for (let n = 0; n < 90; n++) call(10)
    call(200)
    for (let n = 0; n < 9; n++) call(30)
    const { slots, since } = latencies.of(breaker)
    expect([since, slots.length, slots[0]?.[0], slots[0]?.[1]]).toEqual([1e9, 1, 1e9, 100])
    const [, , p50, p95, p99] = slots[0] as [number, number, number, number, number]
    for (const [measured, real] of [
      [p50, 10],
      [p95, 30],
      [p99, 30],
    ] as const) {
      expect(measured).toBeGreaterThanOrEqual(real)
      expect(measured).toBeLessThanOrEqual(real * 1.13)
    }
  })

  test('of more than five minutes ago are forgotten', () => {
    latencies.of(breaker)
    for (let n = 0; n < 100; n++) {
      call(5_000)
      latencies.of(breaker)
    }
    expect(latencies.of(breaker).slots).toHaveLength(60)
  })

  test('are no longer measured when nobody has asked for fifteen seconds', () => {
    const { on } = breaker
    const ended = vi.fn()
    breaker.on = (...args) => vi.fn(on.apply(breaker, args as never)).mockImplementation(ended)
    latencies.of(breaker)
    call(10)
    vi.advanceTimersByTime(14_000)
    expect(latencies.of(breaker).slots).toHaveLength(1)
    vi.advanceTimersByTime(14_999)
    expect(ended).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(1)
    expect(ended).toHaveBeenCalledTimes(1)
    expect(latencies.of(breaker).slots).toEqual([])
  })

  test('are measured of a bounded number of breakers, the latest ones', () => {
    latencies.of(breaker)
    call(10)
    for (let n = 0; n < mostWatched; n++) latencies.of(new CircuitBreaker({ name: `b${n}` }))
    expect(latencies.of(breaker).slots).toEqual([])
  })
})
