import { type CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures, type OutcomeEvent } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import type { AxiosInstance, AxiosResponse } from 'axios'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'

/** Records every outcome that the breakers of a registry count. */
export function recordOutcomes(registry: CircuitBreakerRegistry = new CircuitBreakerRegistry()): {
  registry: CircuitBreakerRegistry
  outcomes: OutcomeEvent[]
} {
  const outcomes: OutcomeEvent[] = []
  registry.on('outcome', (event) => outcomes.push(event))
  return { registry, outcomes }
}

/** A breaker that is half-open: one success closes it, one failure opens it. */
export function halfOpen(): {
  breaker: CircuitBreaker
  outcomes: OutcomeEvent[]
  options: { registry: CircuitBreakerRegistry; key: () => string }
} {
  const { now, advance } = fakeClock()
  const defaults = { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
  const { registry, outcomes } = recordOutcomes(new CircuitBreakerRegistry({ defaults }))
  const breaker = registry.get('dependency')
  breaker.acquire().failure()
  outcomes.length = 0
  advance(1_000)
  return { breaker, outcomes, options: { registry, key: () => 'dependency' } }
}

export interface Attempt {
  /** Counted by a new registry. */
  readonly outcomes: readonly OutcomeEvent[]
  readonly response: AxiosResponse | undefined
  /** biome-ignore lint/suspicious/noExplicitAny: what axios rejects with */
  readonly error: any
}

/** Makes one request through a newly protected instance; returns how it ended and what was counted. */
export async function attempt(
  instance: AxiosInstance,
  request: (instance: AxiosInstance) => Promise<AxiosResponse>,
  options: Omit<ProtectAxiosOptions, 'defaults'> = {},
): Promise<Attempt> {
  const { registry, outcomes } = recordOutcomes()
  const protection = protectAxios(instance, { registry, ...options })
  try {
    return { outcomes, response: await request(instance), error: undefined }
  } catch (error) {
    return { outcomes, response: undefined, error }
  } finally {
    protection.detach()
  }
}
