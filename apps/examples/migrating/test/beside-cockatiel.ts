import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures } from '@cb/core'
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type ICircuitBreakerOptions,
  type Policy,
} from 'cockatiel'
import { repeat } from './calls.ts'

export const once: CircuitBreakerOptions = {
  trip: consecutiveFailures(1),
  openDuration: 10_000,
  halfOpen: { successThreshold: 1 },
}

/** Both libraries, by default opening at the first failure, for ten seconds. */
export function besideCockatiel(
  ours: CircuitBreakerOptions = once,
  theirs: Partial<ICircuitBreakerOptions> = {},
  policy: Policy = handleAll,
) {
  const cockatiel = circuitBreaker(policy, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(1), ...theirs })
  const breaker = new CircuitBreaker(ours)
  const names = { [CircuitState.HalfOpen]: 'half-open', [CircuitState.Closed]: 'closed' } as Record<number, string>
  return {
    cockatiel,
    breaker,
    call: async (action: () => Promise<unknown>, times = 1) => {
      await repeat(times, () => cockatiel.execute(action))
      await repeat(times, () => breaker.execute(action))
    },
    /** The states of both. */
    states: () => [names[cockatiel.state] ?? 'open', breaker.state],
  }
}
