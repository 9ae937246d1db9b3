import { spawn } from 'node:child_process'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { refusedOrigin, until } from '@cb/test-kit'
import { createClient, createClientPool } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type FleetOptions, joinFleet, type RedisClient } from '../src/index.ts'
import { clients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

const later = 9_000_000_000_000_000
const view = {
  ...{ epoch: String(later), state: 'open', remaining: 60_000, attempt: 1, reason: 'tripped', note: '', by: '' },
  ...{ override: null, members: 1 },
}
const state = {
  ...{ epoch: '1', state: 'closed', attempt: 0, openFor: 0, until: 0, reason: '', note: '', by: '' },
  ...{ votes: {}, leases: {}, members: {}, successes: 0, failures: 0 },
  ...{ countedFrom: 0, counted: 0, countedFailures: 0, override: null },
}
const override = { state: 'open', until: 0, note: '', by: '' }

describe.skipIf(!hasRedis).each(['node-redis', 'ioredis'] as const)(
  'on a Redis that others write to, %s',
  (library) => {
    let server: RedisServer
    let admin: ReturnType<typeof createClient>

    beforeAll(async () => {
      server = await startRedis()
      admin = createClient({ url: server.url })
      await admin.connect()
    })
    afterAll(async () => {
      admin?.destroy()
      await server?.stop()
    })
    beforeEach(() => admin.flushAll())

    async function join(options: Partial<FleetOptions> = {}) {
      const { client, end } = await clients[library](server.url)
      const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), openDuration: 60_000 })
      const fleet = await joinFleet({ client, pollInterval: 20, ...options })
      onTestFinished(async () => {
        await fleet.leave()
        end()
      })
      await fleet.share(breaker)
      return { fleet, breaker }
    }

    const errors = () => {
      const spy = vi.spyOn(console, 'error').mockImplementation(() => {})
      onTestFinished(() => spy.mockRestore())
      return spy
    }

    test('ignores messages that are none', async () => {
      const { breaker } = await join({ pollInterval: 600_000 })
      const say = (message: unknown) => admin.publish('cb:default:news', JSON.stringify(message))
      const wrong = [
        ...[{ epoch: 'x' }, { epoch: '1e400' }, { epoch: -1 }, { state: 'ramping' }, { remaining: -1 }, { note: 5 }],
        ...[{ override: { state: 'drain', remaining: 0, note: '', by: '' } }, { members: null }, { reason: [] }],
      ].map((change) => ({ name: 'payments', view: { ...view, ...change } }))
      for (const text of ['hello', '', '{', '"'.repeat(2_000_000)]) await admin.publish('cb:default:news', text)
      for (const message of [...wrong, null, 1, {}, { name: 'payments' }, { name: 7, view }, { view }])
        await say(message)
      await say({ name: 'other', view })
      await say({ name: 'payments', view: { ...view, note: 'this one is right' } })
      await until(() => breaker.state === 'open')
      expect(breaker.snapshot().lastTransition).toMatchObject({ note: 'this one is right' })
    })

    test.each([
      ['no JSON', 'garbage'],
      ['null', 'null'],
      ['a list', '[]'],
      ['a state of another version', JSON.stringify({ ...state, state: 'ramping' })],
      ['an override of another version', JSON.stringify({ ...state, override: { ...override, state: 'drain' } })],
      ['a note that is no string', JSON.stringify({ ...state, note: 5 })],
      ['an epoch that is no number', JSON.stringify({ ...state, epoch: 'x' })],
      ['an epoch without end', JSON.stringify({ ...state, epoch: '1e400' })],
      ['leases that are none', JSON.stringify({ ...state, leases: 'x' })],
      ['an end that is none', JSON.stringify({ ...state, state: 'open', until: 'x' })],
    ])('decides alone while the state is %s, and is shared again when that is gone', async (_, text) => {
      const log = errors()
      await admin.set('cb:default:{payments}', text)
      const { breaker, fleet } = await join()
      await until(() => breaker.snapshot().fleet === 'away')
      expect(await breaker.execute(async () => 'well')).toBe('well')
      expect(log.mock.calls.length).toBeLessThanOrEqual(1)
      await admin.del('cb:default:{payments}')
      await until(() => breaker.snapshot().fleet === 'connected')
      await fleet.forceOpen('payments')
      expect(breaker.state).toBe('open')
    })

    test('lists the other breakers while one can not be read, and says which', async () => {
      const log = errors()
      const { fleet } = await join({ pollInterval: 600_000 })
      await fleet.forceOpen('broken')
      await admin.set('cb:default:{broken}', 'garbage')
      for (let n = 0; n < 2; n++) expect((await fleet.list()).map(({ name }) => name)).toEqual(['payments'])
      expect(log.mock.calls).toEqual([[expect.stringContaining('breaker "broken" can not be shared')]])
      await admin.del('cb:default:{payments}')
      await admin.set('cb:default:{payments}', 'garbage')
      await expect(fleet.list()).rejects.toThrow()
    })

    test('lists its breakers again after Redis has forgotten all', async () => {
      const { fleet } = await join({ pollInterval: 10 })
      expect(await fleet.list()).toHaveLength(1)
      await admin.flushAll()
      await until(async () => (await fleet.list()).length === 1)
    })

    test('ends an override that Redis has forgotten, in all instances', async () => {
      const [one, other] = [await join(), await join()]
      await one.fleet.forceOpen('payments')
      await until(() => other.breaker.state === 'open')
      await admin.flushAll()
      await until(async () => (await one.fleet.list()).length === 1)
      expect([one.breaker.state, other.breaker.state]).toEqual(['open', 'open'])
      await one.fleet.resume('payments')
      await until(() => one.breaker.state === 'closed' && other.breaker.state === 'closed')
    })
  },
)

const makeClient = {
  'node-redis':
    "import { createClient } from 'redis'; const client = createClient({ url }); client.connect().catch(() => {})",
  ioredis: "import { Redis } from 'ioredis'; const client = new Redis(url, { maxRetriesPerRequest: null })",
}

test.each(['node-redis', 'ioredis'] as const)(
  'a process that has joined while Redis is away ends once it has left, with %s',
  async (library) => {
    const url = (await refusedOrigin()).replace(/^https?/, 'redis')
    const program = `
      import { joinFleet } from '@cb/redis'
      const url = ${JSON.stringify(url)}
      ${makeClient[library]}
      client.on('error', () => {})
      const fleet = await joinFleet({ client, deadline: 100 })
      await fleet.leave()
      client[client.destroy ? 'destroy' : 'disconnect']()`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  },
)

test('a pool, which has no connection of its own to hear the news on, is rejected', async () => {
  const pool = createClientPool()
  await expect(joinFleet({ client: pool as unknown as RedisClient })).rejects.toThrow('not a pool of clients')
})
