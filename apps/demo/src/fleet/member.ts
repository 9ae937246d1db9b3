import type { CircuitBreakerRegistry } from '@cb/core'
import { type Fleet, joinFleet } from '@cb/redis'
import { storeInParent } from './ipc-store.ts'

/** How a gateway joins the fleet. */
export interface FleetAddress {
  /** The name of the gateway. */
  readonly instance: string
  /** Of Redis; undefined if the store is in the parent. */
  readonly redis?: string
}

export interface Membership {
  readonly fleet: Fleet
  leave(): Promise<void>
}

/** Shares all breakers of the registry with the other gateways. */
export async function join(registry: CircuitBreakerRegistry, { instance, redis }: FleetAddress): Promise<Membership> {
  if (redis === undefined) {
    const fleet = await joinFleet({ store: storeInParent(), instance })
    await fleet.share(registry)
    return { fleet, leave: () => fleet.leave() }
  }
  const { createClient } = await import('redis')
  const client = createClient({ url: redis })
  client.on('error', () => {}) // it connects again by itself; until then the breakers decide alone
  await client.connect()
  const fleet = await joinFleet({ client, instance })
  await fleet.share(registry)
  return {
    fleet,
    async leave() {
      await fleet.leave()
      client.destroy()
    },
  }
}
