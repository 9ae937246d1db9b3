import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FleetStore, memoryStore } from '../src/index.ts'
import { redisStore } from '../src/redis-store.ts'
import { step } from '../src/step.ts'
import { storeChecks } from '../src/testing.ts'
import { type Connected, clients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

describe('the store in memory', () => {
  const store = memoryStore()
  test.each(storeChecks)('$name', ({ run }) => run(store))
})

describe.skipIf(!hasRedis).each(['node-redis', 'ioredis'] as const)('the store on Redis with %s', (library) => {
  let server: RedisServer
  let connected: Connected
  let store: FleetStore

  beforeAll(async () => {
    server = await startRedis()
    connected = await clients[library](server.url)
    store = redisStore(connected.client, 'checks')
  })
  afterAll(async () => {
    connected?.end()
    await server?.stop()
  })
  test.each(storeChecks)('$name', ({ run }) => run(store))
})

describe('a store with a mistake fails a check', () => {
  const stores: Record<string, () => FleetStore> = {
    'that is not atomic': () => {
      const { states, ...store } = memoryStore()
      return {
        ...store,
        async run(name, operation) {
          const before = states.get(name) ?? null
          await new Promise(setImmediate)
          const { state, reply } = step(before, operation, Date.now())
          states.set(name, state)
          return reply
        },
      }
    },
    'that announces nothing': () => ({ ...memoryStore(), subscribe: async () => async () => {} }),
    'that cuts names': () => {
      const store = memoryStore()
      return { ...store, run: (name, operation) => store.run(name.replace(/\W/g, ''), operation) }
    },
    'whose clock stands still': () => memoryStore(() => 1_000),
  }
  test.each(Object.entries(stores))('%s', async (_, create) => {
    const store = create()
    const results = await Promise.allSettled(storeChecks.map(({ run }) => run(store)))
    expect(results.filter(({ status }) => status === 'rejected')).not.toHaveLength(0)
  })
})
