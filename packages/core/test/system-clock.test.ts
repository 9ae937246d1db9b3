import { expect, test, vi } from 'vitest'

/** A copy of its own, which has not reported anything yet. */
async function freshCopy(): Promise<typeof import('../src/index.ts')> {
  vi.resetModules()
  return await import('../src/index.ts')
}

test('the default clock prints nothing', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { CircuitBreaker } = await freshCopy()
  expect(new CircuitBreaker().snapshot().at).toBeGreaterThan(0)
  expect(error).not.toHaveBeenCalled()
  error.mockRestore()
})

test('fake timers that start after the breaker was created move its clock, and real time continues after them', async () => {
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
