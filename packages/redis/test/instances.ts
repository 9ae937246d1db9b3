import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures } from '@cb/core'
import { type MockInstance, vi } from 'vitest'
import {
  type Fleet,
  type FleetOptions,
  type FleetStore,
  joinFleet,
  type MemoryStore,
  memoryStore,
} from '../src/index.ts'

/** A process of a fleet. */
export interface Instance {
  readonly fleet: Fleet
  readonly breaker: CircuitBreaker
}

/** Instances of one fleet, each with a breaker `payments` that its first failure opens. */
export async function instances(
  count: number,
  options: Partial<FleetOptions> = {},
  breakerOptions: CircuitBreakerOptions = {},
): Promise<{ all: Instance[]; store: MemoryStore; join(own?: Partial<FleetOptions>): Promise<Instance> }> {
  const store = memoryStore()
  const join = async (own: Partial<FleetOptions> = {}) => {
    const openDuration = ({ attempt }: { attempt: number }) => attempt * 1_000
    const breaker = new CircuitBreaker({
      name: 'payments',
      trip: consecutiveFailures(1),
      openDuration,
      ...breakerOptions,
    })
    const fleet = await joinFleet({ store, ...options, ...own })
    await fleet.share(breaker)
    return { fleet, breaker }
  }
  const all: Instance[] = []
  for (let n = 0; n < count; n++) all.push(await join())
  return { all, store, join }
}

/** The store does not work any more. */
export function away(store: FleetStore, how: 'rejects' | 'is silent'): MockInstance<FleetStore['run']> {
  return vi
    .spyOn(store, 'run')
    .mockImplementation(() => (how === 'rejects' ? Promise.reject(new Error('no connection')) : new Promise(() => {})))
}
