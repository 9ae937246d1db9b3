import {
  type AdmissionMonitor,
  type AdmissionPolicy,
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  type TripPolicy,
} from '../src/index.ts'

/** A new function each time, as each is reported once. */
export function throwing(): () => never {
  return () => {
    throw new Error('my bug')
  }
}

/** A trip policy of a user that never trips, with other methods where given. */
export function policyWith(part: object): TripPolicy {
  const usual = { success: () => undefined, failure: () => undefined, snapshot: () => ({ calls: 0, failures: 0 }) }
  return { name: 'mine', start: () => ({ ...usual, ...part }) }
}

/** Fails once, so that a breaker of one failure opens, and succeeds once. */
export async function use(options: CircuitBreakerOptions): Promise<CircuitBreaker> {
  const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), ...options })
  await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
  breaker.reset()
  await breaker.execute(() => 1)
  return breaker
}

/** An admission policy of a user that rejects nothing, with other methods where given. */
export function admissionWith(part: Partial<AdmissionMonitor>): AdmissionPolicy {
  return { name: 'mine', start: () => ({ reject: () => undefined, ...part }) }
}
