import { assertOption } from '@cb/checks'
import type { Circuit } from './circuit.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

/**
 * The circuit of a breaker whose probes are left to callers.
 * @throws TypeError naming the argument; an Error if something else decides about its probes already.
 */
export function freeCircuit(breaker: CircuitBreaker): Circuit {
  assertOption(breaker instanceof CircuitBreaker, 'breaker', 'a CircuitBreaker', breaker)
  const circuit = CircuitBreaker.circuitOf(breaker)
  if (circuit.probeAdmission !== undefined)
    throw new Error('this breaker has a background probe or a fleet already: stop that one first')
  return circuit
}
