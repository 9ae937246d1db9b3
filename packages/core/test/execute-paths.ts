import type { CircuitBreaker } from '../src/index.ts'
import { closedBreaker } from './in-state.ts'

/** The plain path, and the general one that a listener or an option switches on, must not differ. */
export const paths: readonly (readonly [string, () => CircuitBreaker])[] = [
  ['unwatched', () => closedBreaker().breaker],
  [
    'watched',
    () => {
      const { breaker } = closedBreaker()
      breaker.on('outcome', () => {})
      return breaker
    },
  ],
  ['with a call timeout', () => closedBreaker({ callTimeout: 1_000 }).breaker],
  [
    'with a classify',
    () => closedBreaker({ classify: ({ status }) => (status === 'fulfilled' ? 'success' : 'failure') }).breaker,
  ],
]
