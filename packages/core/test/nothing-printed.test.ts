import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  observe,
  slowCallRate,
} from '../src/index.ts'
import { policyWith, use } from './misused.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const quiet: [string, () => unknown][] = [
  [
    'a policy that says null for no trip',
    () => use({ trip: policyWith({ success: () => null, failure: () => null }) }),
  ],
  [
    'a policy that only wants to know when a call begins',
    async () => (await use({ trip: policyWith({ began: () => undefined }) })).acquire().ignore(),
  ],
  [
    'any of a policy that follows calls and one that does not',
    async () =>
      (await use({ trip: anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 10 })) })).acquire().ignore(),
  ],
  [
    'a registry listener',
    () => {
      const registry = new CircuitBreakerRegistry()
      registry.on('created', () => {})
      registry.get('a')
    },
  ],
  ['a clock that steps back', stepBack],
  [
    'an observer with no methods at all',
    async () => {
      const end = observe({})
      const breaker = await use({})
      breaker.forceOpen()
      breaker.tryAcquire()
      end()
    },
  ],
]

test.each(quiet)('%s is no misuse: nothing is printed', async (_, use) => {
  await use()
  expect(console.error).not.toHaveBeenCalled()
})

/** And the clock is still the one that is read. */
async function stepBack(): Promise<void> {
  let time = 5_000
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: () => time })
  breaker.acquire().failure()
  time -= 4_000
  expect(breaker.snapshot().retryAfterMs).toBe(1_000)
  time += 999
  expect(breaker.snapshot().retryAfterMs).toBe(1)
}
