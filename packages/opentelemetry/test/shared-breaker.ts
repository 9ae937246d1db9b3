import { CircuitBreaker, consecutiveFailures, type SharedBreaker, type SharedDecision, shareState } from '@cb/core'

export const tripped: SharedDecision = {
  ...{ state: 'open', remaining: 1_000, attempt: 1, override: null },
  ...{ reason: 'fleet-tripped', note: 'consecutive-failures', by: 'shop-1:42' },
}

export interface Shared extends SharedBreaker {
  readonly breaker: CircuitBreaker
  /** Whether its fleet can be reached. */
  isConnected: boolean
}

/** A breaker that is shared by a fleet of which the test is the rest. */
export function sharedBreaker(name: string): Shared {
  const breaker = new CircuitBreaker({ name, trip: consecutiveFailures(1) })
  const leases = { isConnected: true, take: () => undefined, ready: () => undefined }
  const { adopt, stop, openDuration, halfOpen } = shareState(breaker, leases)
  return Object.assign(leases, { breaker, adopt, stop, openDuration, halfOpen })
}
