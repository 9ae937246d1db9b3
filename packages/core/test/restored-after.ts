import { vi } from 'vitest'
import { type CircuitBreakerOptions, restoreState, saveState } from '../src/index.ts'
import { type Bench, closedBreaker } from './in-state.ts'

/** The wall clock, which must be fake, moves by so many milliseconds. */
export function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

/** The breaker as it is in another process, on another clock, so many milliseconds of the wall clock later. */
export function restoredAfter(ms: number, bench: Bench, options: CircuitBreakerOptions = {}): Bench {
  const saved = JSON.stringify(saveState(bench.breaker))
  pass(ms)
  const other = closedBreaker(options)
  other.clock.set(7e9)
  if (!restoreState(other.breaker, JSON.parse(saved))) throw new Error('it was not restored')
  return other
}
