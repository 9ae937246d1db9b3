import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { freePort, until } from '@cb/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, joinFleet } from '../src/index.ts'
import { redisStore } from '../src/redis-store.ts'
import { storeChecks } from '../src/testing.ts'
import { type Connected, clusterClients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

const libraries = ['node-redis', 'ioredis'] as const

describe.skipIf(!hasRedis)('on a cluster of three nodes with a replica each', () => {
  let servers: RedisServer[]
  const connections: Connected[] = []
  const fleets: Fleet[] = []

  const cli = async (server: RedisServer, ...args: string[]) =>
    (await promisify(execFile)('redis-cli', ['-p', String(server.port), ...args])).stdout

  beforeAll(async () => {
    servers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const ports = ['--cluster-port', String(await freePort())]
        const fast = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0']
        return startRedis('--cluster-enabled', 'yes', ...ports, ...fast)
      }),
    )
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
    const [first] = servers as [RedisServer]
    await cli(first, '--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes')
    await until(async () => {
      const infos = await Promise.all(servers.map((server) => cli(server, 'INFO', 'replication')))
      const states = await Promise.all(servers.map((server) => cli(server, 'CLUSTER', 'INFO')))
      return (
        infos.filter((info) => info.includes('master_link_status:up')).length === 3 &&
        states.every((state) => state.includes('cluster_state:ok'))
      )
    })
  })
  afterAll(async () => {
    for (const fleet of fleets) await fleet.leave()
    for (const { end } of connections) end()
    for (const server of servers ?? []) await server.stop()
  })

  const connect = async (library: (typeof libraries)[number]) => {
    const connected = await clusterClients[library]((servers[0] as RedisServer).url)
    connections.push(connected)
    return connected.client
  }

  describe.each(libraries)('the store with %s', (library) => {
    test('passes all checks', async () => {
      const store = redisStore(await connect(library), 'checks')
      for (const { name, run } of storeChecks) {
        try {
          await run(store)
        } catch (error) {
          throw new Error(name, { cause: error })
        }
      }
    })
  })

  test('a fleet goes on when the node that owns its breaker is killed', async () => {
    const instances = await Promise.all(
      libraries.map(async (library) => {
        const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), openDuration: 600_000 })
        const fleet = await joinFleet({ client: await connect(library), pollInterval: 100, deadline: 500 })
        fleets.push(fleet)
        await fleet.share(breaker)
        return { breaker, fleet }
      }),
    )
    const [one, other] = instances as [(typeof instances)[0], (typeof instances)[0]]
    const [first] = servers as [RedisServer]
    const slot = Number(await cli(first, 'CLUSTER', 'KEYSLOT', 'cb:default:{payments}'))
    const slots = JSON.parse(await cli(first, '--json', 'CLUSTER', 'SLOTS')) as [number, number, [string, number]][]
    const [, , [, port]] = slots.find(([from, to]) => from <= slot && slot <= to) as [number, number, [string, number]]
    const owner = servers.find((server) => server.port === port) as RedisServer
    owner.process.kill('SIGKILL')
    one.breaker.acquire().failure(new Error('down'))
    expect(one.breaker.state).toBe('open')
    await until(() => other.breaker.state === 'open')
  })
})
