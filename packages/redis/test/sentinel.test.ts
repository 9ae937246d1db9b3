import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { freePort, until } from '@cb/test-kit'
import { Redis } from 'ioredis'
import { createClient, createSentinel } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinFleet, type RedisClient } from '../src/index.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

describe.skipIf(!hasRedis)('on a primary with a replica and three sentinels', () => {
  let primary: RedisServer
  let replica: RedisServer
  const ports: number[] = []
  const ends: (() => unknown)[] = []

  const connectors = {
    async 'node-redis'(): Promise<RedisClient> {
      const sentinelRootNodes = ports.map((port) => ({ host: '127.0.0.1', port }))
      const client = createSentinel({ name: 'fleet', sentinelRootNodes })
      client.on('error', () => {}) // the primary is killed
      await client.connect()
      ends.push(() => client.destroy())
      return client
    },
    async ioredis(): Promise<RedisClient> {
      const sentinels = ports.map((port) => ({ host: '127.0.0.1', port }))
      const client = new Redis({ sentinels, name: 'fleet' })
      client.on('error', () => {})
      ends.push(() => client.disconnect())
      return client
    },
  }

  beforeAll(async () => {
    primary = await startRedis()
    replica = await startRedis('--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0')
    for (let n = 0; n < 3; n++) ports.push(await startSentinel())
    const admin = createClient({ url: replica.url })
    await admin.connect()
    await until(async () => (await admin.info('replication')).includes('master_link_status:up'))
    admin.destroy()
    const sentinel = createClient({ url: `redis://127.0.0.1:${ports[0]}` })
    await sentinel.connect()
    await until(async () => {
      const known = JSON.stringify(await sentinel.sendCommand(['SENTINEL', 'MASTER', 'fleet']))
      return /"num-slaves":?,?"1".*"num-other-sentinels":?,?"2"/.test(known)
    })
    sentinel.destroy()
  })
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
    await primary?.stop()
    await replica?.stop()
  })

  async function startSentinel(): Promise<number> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'cb-sentinel-'))
    const file = join(folder, 'sentinel.conf')
    const lines = [
      ...[`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, `sentinel monitor fleet 127.0.0.1 ${primary.port} 2`],
      ...['sentinel down-after-milliseconds fleet 500', 'sentinel failover-timeout fleet 2000'],
    ]
    writeFileSync(file, lines.join('\n'))
    const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
    ends.push(async () => {
      const exited = new Promise((resolve) => sentinel.once('exit', resolve))
      sentinel.kill('SIGKILL')
      await exited
      rmSync(folder, { recursive: true })
    })
    const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 10 } })
    client.on('error', () => {}) // not up yet
    await client.connect()
    client.destroy()
    return port
  }

  test('a fleet of both libraries keeps what it has decided when the primary is killed, and goes on', async () => {
    const instances = []
    for (const connect of [connectors['node-redis'], connectors.ioredis]) {
      const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1) })
      const fleet = await joinFleet({ client: await connect(), pollInterval: 100, deadline: 500 })
      ends.push(() => fleet.leave())
      await fleet.share(breaker)
      instances.push({ breaker, fleet })
    }
    const [one, other] = instances as [(typeof instances)[0], (typeof instances)[0]]
    await one.fleet.forceOpen('payments', { note: 'before' })
    await until(() => other.breaker.state === 'open')
    primary.process.kill('SIGKILL')
    const resume = () => other.fleet.resume('payments')
    await until(() =>
      resume().then(
        () => true,
        () => false,
      ),
    ) // there is a new primary
    await until(() => one.breaker.state === 'closed' && other.breaker.state === 'closed')
    other.breaker.acquire().failure(new Error('down'))
    await until(() => one.breaker.state !== 'closed')
    expect(one.breaker.snapshot().lastTransition).toMatchObject({ cause: 'fleet' })
  })
})
