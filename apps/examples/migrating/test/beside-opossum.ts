import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures } from '@cb/core'
import Opossum from 'opossum'
import { repeat } from './calls.ts'

/** Both libraries with the same function; opossum's default is to open at the first failure. */
export function besideOpossum(
  action: () => Promise<unknown>,
  theirs: Opossum.Options = {},
  ours: CircuitBreakerOptions = { trip: consecutiveFailures(1) },
) {
  const opossum = new Opossum(action, theirs)
  const breaker = new CircuitBreaker(ours)
  return {
    opossum,
    breaker,
    call: async (times = 1) => {
      await repeat(times, () => opossum.fire())
      await repeat(times, () => breaker.execute(action))
    },
    /** The states of both. */
    states: () => [opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed', breaker.state],
  }
}
