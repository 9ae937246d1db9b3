import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures, probeInBackground } from '../src/index.ts'

function openBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, ...options })
  breaker.acquire().failure()
  return breaker
}

describe('a background probe', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const now = () => Date.now()

  test('runs alone also when a person overrides the breaker meanwhile', async () => {
    const breaker = openBreaker({ halfOpen: { maxConcurrent: 5 }, now })
    const probe = vi.fn(() => new Promise(() => {}))
    probeInBackground(breaker, probe, { interval: 100 })
    await vi.advanceTimersByTimeAsync(1_000)
    breaker.forceOpen('deploy')
    breaker.resume()
    await vi.advanceTimersByTimeAsync(500)
    expect([breaker.state, probe.mock.calls.length]).toEqual(['half-open', 1])
  })

  test('goes before the calls of others', async () => {
    const breaker = openBreaker({ halfOpen: { maxConcurrent: 5 }, now })
    probeInBackground(breaker, () => new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({ code: 'ECIRCUITOPEN', reason: 'half-open' })
  })

  test('has no timer while the breaker is closed', () => {
    const breaker = openBreaker({ now })
    breaker.reset()
    probeInBackground(breaker, () => 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has no timer while a person holds the breaker open', () => {
    const breaker = openBreaker({ now })
    breaker.forceOpen('maintenance')
    probeInBackground(breaker, () => 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('whose timer fires before the open duration has ended waits on, and nothing counts as rejected', async () => {
    const slowly = () => Date.now() / 2
    const breaker = openBreaker({ halfOpen: { successThreshold: 1 }, now: slowly })
    probeInBackground(breaker, () => 1)
    await vi.advanceTimersByTimeAsync(1_990)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { rejected: 0 } })
    await vi.advanceTimersByTimeAsync(20)
    expect(breaker.state).toBe('closed')
  })

  test('that was stopped and is stopped again leaves the next one alone', () => {
    const breaker = openBreaker({ now })
    const stop = probeInBackground(breaker, () => 1)
    stop()
    probeInBackground(breaker, () => 1)
    stop()
    expect(() => probeInBackground(breaker, () => 1)).toThrow('already')
  })
})

test('a background probe that hangs is told to stop when its lease ends', async () => {
  const breaker = openBreaker({ openDuration: 1, halfOpen: { probeTimeout: 10 } })
  let stop = () => {}
  const reason = await new Promise((resolve) => {
    stop = probeInBackground(breaker, (signal) => {
      signal.addEventListener('abort', () => resolve(signal.reason))
      return new Promise(() => {})
    })
  })
  stop()
  expect(reason).toHaveProperty('name', 'TimeoutError')
})
