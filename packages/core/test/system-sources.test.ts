import { expect, test, vi } from 'vitest'

/** A copy of its own, in which nothing has been said yet. */
async function freshCopy(): Promise<typeof import('../src/index.ts')> {
  vi.resetModules()
  return await import('../src/index.ts')
}

test('the clock of the system serves without a word', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { CircuitBreaker } = await freshCopy()
  expect(new CircuitBreaker().snapshot().at).toBeGreaterThan(0)
  expect(error).not.toHaveBeenCalled()
  error.mockRestore()
})

test('breakers that open at the same moment do not probe in step', async () => {
  const { CircuitBreaker, consecutiveFailures } = await freshCopy()
  const durations = Array.from({ length: 20 }, () => {
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), now: () => 0 })
    breaker.acquire().failure()
    return breaker.snapshot().retryAfterMs
  })
  expect(new Set(durations).size).toBeGreaterThan(1)
})

test('fake timers that begin after the breaker was made move its clock, and real time goes on after them', async () => {
  const { CircuitBreaker, consecutiveFailures } = await freshCopy()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000 })
  vi.useFakeTimers()
  try {
    breaker.acquire().failure()
    vi.advanceTimersByTime(999)
    expect(breaker.state).toBe('open')
    vi.advanceTimersByTime(1)
    expect(breaker.state).toBe('half-open')
  } finally {
    vi.useRealTimers()
  }
  const { at } = breaker.snapshot()
  await vi.waitUntil(() => breaker.snapshot().at > at)
})
