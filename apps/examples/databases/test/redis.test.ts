import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { hasRedisServer, type RedisServer, redisServer, until } from '@cb/test-kit'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { classifyRedis } from '../src/redis.js'
import { rowsOf } from './tables.ts'

/** Brings the server into a state, and says which command meets it. By the first column of the table in the README. */
const cases: Record<string, (client: Client, server: RedisServer) => Promise<string[]>> = {
  'a command that is answered': async () => ['PING'],
  'a key of another type': async (client) => {
    await client.set('name', 'Ada')
    return ['LPUSH', 'name', 'Bob']
  },
  'an unknown command': async () => ['NOTHING'],
  'a wrong argument': async () => ['SET', 'name', 'Ada', 'EX', 'soon'],
  'an unknown script': async () => ['EVALSHA', '0'.repeat(40), '0'],
  'a missing right': async (client) => {
    await client.sendCommand(['ACL', 'SETUSER', 'default', '-get'])
    return ['GET', 'name']
  },
  'no memory left': async (client) => {
    await client.sendCommand(['CONFIG', 'SET', 'maxmemory', '1'])
    return ['SET', 'name', 'Ada']
  },
  'a write to a replica': async (client) => {
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1'])
    return ['SET', 'name', 'Ada']
  },
  'a replica without its primary': async (client) => {
    await client.sendCommand(['CONFIG', 'SET', 'replica-serve-stale-data', 'no'])
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1'])
    return ['GET', 'name']
  },
  'too few replicas for a write': async (client) => {
    await client.sendCommand(['CONFIG', 'SET', 'min-replicas-to-write', '1'])
    return ['SET', 'name', 'Ada']
  },
  'the server dies during a command': async (_client, server) => {
    const other = await connect(server.url).connect()
    const isWaiting = async () => String(await other.sendCommand(['CLIENT', 'LIST'])).includes('cmd=blpop')
    void until(isWaiting).then(async () => {
      other.destroy()
      await server[Symbol.asyncDispose]()
    })
    return ['BLPOP', 'empty', '0']
  },
  'the server is gone': async (client, server) => {
    await server[Symbol.asyncDispose]()
    await until(() => !client.isReady)
    return ['PING']
  },
}

const rows = rowsOf('Redis')
type Client = ReturnType<typeof connect>
const connect = (url: string) => createClient({ url, disableOfflineQueue: true }).on('error', () => {})

describe.runIf(hasRedisServer())('classifyRedis', () => {
  let server: RedisServer
  let client: Client

  beforeEach(async () => {
    server = await redisServer()
    client = await connect(server.url).connect()
  })

  afterEach(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test.each(rows)('$what ($code) is $outcome', async ({ what, code, outcome }) => {
    const command = (await cases[what]?.(client, server)) ?? []
    const breaker = new CircuitBreaker({ classify: classifyRedis })
    const send = breaker.wrap(client.sendCommand.bind(client))
    const [settled] = await Promise.allSettled([send(command)])
    if (code === '') expect(settled).toMatchObject({ status: 'fulfilled' })
    else {
      const { reason } = settled as PromiseRejectedResult
      expect([reason.constructor.name, reason.message.split(' ', 1)[0]]).toContain(code)
    }
    expect(breaker.snapshot().totals).toMatchObject({ [outcome]: 1 })
  })

  test('while the server is gone the circuit opens, and callers get the fallback', async () => {
    await client.set('name', 'Ada')
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(3), classify: classifyRedis })
    const get = breaker.wrap(client.get.bind(client), { fallback: () => 'nobody' })
    expect(await get('name')).toBe('Ada')
    await server[Symbol.asyncDispose]()
    for (let n = 0; n < 3; n++) expect(await get('name')).toBe('nobody')
    expect(breaker.state).toBe('open')
  })
})

test('the table has each case of Redis once', () => {
  expect(rows.map(({ what }) => what).sort()).toEqual(Object.keys(cases).sort())
})
