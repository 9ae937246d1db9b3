import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  failureCount,
  failureRate,
  ramp,
  timeWindow,
} from '@cb/core'
import { PageFleet } from './fleet.ts'
import type { MakeBreakers } from './simulation.ts'

/** Choices of the scene with two policies; the text is the code that a user writes. */
export const policies: Readonly<Record<string, CircuitBreakerOptions>> = {
  'consecutiveFailures(5)': { trip: consecutiveFailures(5) },
  'failureRate({ threshold: 0.5 })': { trip: failureRate({ threshold: 0.5 }) },
  'failureRate({ threshold: 0.2 })': { trip: failureRate({ threshold: 0.2 }) },
  'failureCount({ threshold: 10, window: timeWindow(5_000) })': {
    trip: failureCount({ threshold: 10, window: timeWindow(5_000) }),
  },
  'the default': {},
}

export interface Scene {
  readonly laneCount: number
  readonly isBalanced?: boolean
  make(chosen: readonly string[]): MakeBreakers
}

export const scenes: Readonly<Record<string, Scene>> = {
  trip: {
    laneCount: 1,
    make: () => lanes([{ name: 'payments' }]),
  },
  policies: {
    laneCount: 2,
    make: (chosen) => lanes(chosen.map((policy) => ({ name: policy, ...policies[policy] }))),
  },
  ramp: {
    laneCount: 2,
    make: () =>
      lanes([
        { name: 'without a ramp' },
        { name: 'recovery: ramp({ duration: 15_000 })', recovery: ramp({ duration: 15_000 }) },
      ]),
  },
  fleet: {
    laneCount: 4,
    isBalanced: true,
    make: () => (injected) => {
      const fleet = new PageFleet()
      return injected.map((given, n) => fleet.join({ name: `instance ${n + 1}` }, given))
    },
  },
}

function lanes(options: readonly CircuitBreakerOptions[]): MakeBreakers {
  return (injected) =>
    options.map((own, n) => new CircuitBreaker({ ...own, now: injected[n]?.now, random: injected[n]?.random }))
}
