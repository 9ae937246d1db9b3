import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures } from '@cb/core'
import { until } from '@cb/test-kit'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Fleet, type FleetOptions, joinFleet } from '../src/index.ts'
import { clients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

describe.skipIf(!hasRedis).each(['node-redis', 'ioredis'] as const)('a fleet on Redis with %s', (library) => {
  let server: RedisServer
  let admin: ReturnType<typeof createClient>
  let ends: (() => unknown)[]

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    ends = []
    admin = createClient({ url: server.url })
    admin.on('error', () => {}) // the server is restarted
    await admin.connect()
    await admin.flushAll()
    ends.push(() => admin.destroy())
  })
  afterEach(async () => {
    for (const end of ends) await end()
  })

  async function join(options: Partial<FleetOptions> = {}, breakerOptions: CircuitBreakerOptions = {}) {
    const { client, end } = await clients[library](server.url)
    const defaults = {
      name: 'payments',
      trip: consecutiveFailures(1),
      openDuration: 100,
      halfOpen: { successThreshold: 1 },
    }
    const breaker = new CircuitBreaker({ ...defaults, ...breakerOptions })
    const fleet = await joinFleet({ client, pollInterval: 600_000, ...options })
    ends.push(() => fleet.leave(), end)
    await fleet.share(breaker)
    return { fleet, breaker }
  }

  async function joinTwo(options?: Partial<FleetOptions>, breakerOptions?: CircuitBreakerOptions) {
    return [await join(options, breakerOptions), await join(options, breakerOptions)] as const
  }

  /** Calls, as traffic would, until the breaker is closed. */
  function closes(breaker: CircuitBreaker): Promise<void> {
    return until(async () => {
      await breaker.execute(() => new Promise(setImmediate)).catch(() => {})
      return breaker.state === 'closed'
    })
  }

  test('opens, probes and closes together', async () => {
    const [one, other] = await joinTwo()
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
    expect(other.breaker.snapshot().lastTransition).toMatchObject({ cause: 'fleet' })
    await closes(other.breaker)
    await until(() => one.breaker.state === 'closed')
  })

  test('is overridden at once, and adopted by who joins later', async () => {
    const [one, other] = await joinTwo()
    await one.fleet.forceOpen('payments', { note: 'half a character \ud800 "☃"', for: 600_000 })
    await until(() => other.breaker.state === 'open')
    const later = await join()
    expect(later.breaker.snapshot().override?.note).toBe('half a character � "☃"')
    expect(await later.fleet.list()).toMatchObject([{ name: 'payments', members: 3, override: { state: 'open' } }])
    await later.fleet.resume('payments')
    await until(() => other.breaker.state === 'closed' && one.breaker.state === 'closed')
  })

  test('has nothing to do with another namespace, or with another breaker, whatever they are called', async () => {
    const names = [
      'a',
      'a}',
      '{a}',
      'a:b',
      '%61',
      'ä',
      '',
      '\ud800',
      '\udbff',
      'a\\ud800',
      'names',
      'news',
      '*',
      'a b\r\n"',
    ]
    const fleets: Fleet[] = []
    for (const namespace of ['shop', 'shop:{a}', 'shop%3A']) fleets.push((await join({ namespace })).fleet)
    const [fleet, ...others] = fleets as [Fleet, ...Fleet[]]
    for (const [index, name] of names.entries()) if (name) await fleet.forceOpen(name, { note: String(index) })
    expect((await fleet.list()).filter(({ override }) => override).map(({ name }) => name)).toHaveLength(
      names.length - 1,
    )
    for (const other of others) expect((await other.list()).map(({ name }) => name)).toEqual(['payments'])
    const keys = await admin.keys('cb:shop:{*')
    const notes = await Promise.all(keys.map(async (key) => JSON.parse((await admin.get(key)) as string).note))
    expect(notes.filter((note) => note !== '').sort()).toEqual(
      names.flatMap((name, n) => (name ? [String(n)] : [])).sort(),
    )
  })

  test('goes on after SCRIPT FLUSH', async () => {
    const [one, other] = await joinTwo()
    await admin.scriptFlush()
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
  })

  test('hears the news again after all connections were killed, and reads what it has missed', async () => {
    const [one, other] = await joinTwo({}, { openDuration: 60_000 })
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state === 'open')
  })

  test('keeps on after a restart with an empty memory', async () => {
    const [one, other] = await joinTwo({ pollInterval: 200 })
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
    await server.restart()
    await closes(other.breaker)
    await closes(one.breaker)
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
  })

  test('recovers alone while Redis is frozen, no call waits for it, and it is one fleet again afterwards', async () => {
    const [one, other] = await joinTwo({ pollInterval: 200, deadline: 300 })
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
    server.process.kill('SIGSTOP')
    try {
      await Promise.all([closes(one.breaker), closes(other.breaker)])
    } finally {
      server.process.kill('SIGCONT')
    }
    await other.fleet.forceOpen('payments')
    await until(() => one.breaker.state === 'open')
  })

  test('recovers alone while Redis is dead, and is one fleet again afterwards', async () => {
    const [one, other] = await joinTwo({ pollInterval: 200, deadline: 300 })
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
    const exited = new Promise((resolve) => server.process.once('exit', resolve))
    server.process.kill('SIGKILL')
    await exited
    await Promise.all([closes(one.breaker), closes(other.breaker)])
    await expect(one.fleet.forceOpen('payments')).rejects.toThrow()
    await server.restart()
    await retry(() => other.fleet.forceOpen('payments'))
    await until(() => one.breaker.state === 'open')
  })

  test('recovers alone while Redis answers late', async () => {
    const [one] = await joinTwo({ deadline: 300 })
    one.breaker.acquire().failure(new Error('down'))
    await until(() => one.breaker.state !== 'closed')
    await admin.sendCommand(['CLIENT', 'PAUSE', '8000', 'ALL'])
    const before = performance.now()
    await closes(one.breaker)
    expect(performance.now() - before).toBeLessThan(8_000)
  })

  test.each([
    ['is out of memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['is a read-only replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ] as const)('recovers alone while Redis %s, and is one fleet again afterwards', async (_, begin, end) => {
    const [one, other] = await joinTwo({ pollInterval: 200 })
    one.breaker.acquire().failure(new Error('down'))
    await until(() => other.breaker.state !== 'closed')
    await admin.sendCommand([...begin])
    try {
      await Promise.all([closes(one.breaker), closes(other.breaker)])
    } finally {
      await admin.sendCommand([...end])
    }
    await retry(() => other.fleet.forceOpen('payments'))
    await until(() => one.breaker.state === 'open')
  })
})

describe.skipIf(!hasRedis)('a fleet with ioredis', () => {
  test('that was joined while Redis was dead is one fleet when it is back, and hears the news', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const exited = new Promise((resolve) => server.process.once('exit', resolve))
    server.process.kill('SIGKILL')
    await exited
    const instances = await Promise.all(
      [1, 2].map(async () => {
        const client = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 })
        client.on('error', () => {})
        const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1) })
        const fleet = await joinFleet({ client, pollInterval: 600_000 })
        onTestFinished(async () => {
          await fleet.leave()
          client.disconnect()
        })
        await fleet.share(breaker)
        return { fleet, breaker }
      }),
    )
    const [one, other] = instances as [(typeof instances)[0], (typeof instances)[0]]
    await server.restart()
    await retry(() => one.fleet.forceOpen('payments'))
    await until(() => other.breaker.state === 'open')
    await retry(() => one.fleet.resume('payments'))
    await until(() => other.breaker.state === 'closed')
  })
})

/** Until the client has found the server again. */
async function retry(run: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === 600) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
