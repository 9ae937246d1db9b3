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
