import { seededRandom } from '@cb/test-kit'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FleetState, Operation } from '../src/protocol.ts'
import { keepFor, step } from '../src/step.ts'
import { stepLua } from '../src/step-lua.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

let server: RedisServer
let client: ReturnType<typeof createClient>

beforeAll(async () => {
  if (!hasRedis) return
  server = await startRedis()
  client = createClient({ url: server.url })
  await client.connect()
})
afterAll(async () => {
  client?.destroy()
  await server?.stop()
})

function randomOperation(random: () => number, seen: number, tokens: string[]): Operation {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
  const sender = {
    seen: pick(seen, seen, seen, seen, seen - 1, 0, seen + 5),
    instance: pick('a', 'b', 'c', 'd', 'e', 'f', '', 'ünï {"code"}'),
    stay: pick(1, 500, 5_000),
  }
  const [openFor, leaseFor, attempt] = [pick(1, 300, 3_000, 30_000_000_000), pick(1, 200, 2_000), pick(1, 2, 7)]
  const token = pick(...tokens)
  const operations: Operation[] = [
    { ...sender, op: 'read' },
    {
      ...sender,
      op: 'trip',
      quorum: pick(0, 0, 1, 2, 3, 0.3, 0.5, 1 / 3),
      voteFor: pick(1, 400, 4_000),
      until: pick(0, 0, 1, 1_795_860_000_000, 1_796_860_000_000),
      openFor,
      attempt,
      note: pick('consecutive-failures', 'ünï "'),
    },
    { ...sender, op: 'lease', token, limit: pick(1, 1, 2, 3), leaseFor, attempt },
    { ...sender, op: 'renew', token, leaseFor },
    {
      ...{ ...sender, op: 'report', token, outcome: pick('success', 'success', 'failure', 'ignored') },
      ...{ successesNeeded: pick(1, 2, 3), failuresTolerated: pick(0, 0, 1), openFor },
    },
    {
      ...{ ...sender, op: 'flush', calls: pick(1, 5, 50), failures: pick(0, 1, 5), window: pick(1, 1_000) },
      ...{ minimumCalls: pick(1, 10, 100), threshold: pick(0.1, 0.5, 1 / 3), openFor },
    },
    {
      ...sender,
      op: 'override',
      to: pick('open', 'closed'),
      lasts: pick(0, 200, 2_000),
      note: pick('', 'why ☃ "\\'),
      by: 'me',
    },
    { ...sender, op: 'resume', note: pick('', 'well again'), by: 'me' },
  ]
  // Overrides are rare: nothing else happens while they last.
  return pick(
    ...operations.slice(0, 6),
    ...operations.slice(0, 6),
    ...operations.slice(0, 6),
    operations[2] as Operation,
    ...operations,
  )
}

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))

describe.skipIf(!hasRedis)('the Lua script', () => {
  test(`replies, keeps and announces what step does, over 100 000 random operations (SEED=${seed})`, async () => {
    const random = seededRandom(seed)
    const tokens = ['t1', 't2', 't3', 't4']
    const seen = new Map<string, number>()
    const messages: unknown[] = []
    const expected: unknown[] = []
    const subscriber = client.duplicate()
    await subscriber.connect()
    await subscriber.subscribe('news', (message) => messages.push(JSON.parse(message)))
    for (let history = 0; history < 500; history++) {
      let state: FleetState | null = null
      let now = 1_795_860_000_000 + Math.floor(random() * 1e9)
      const key = `differential:{${history}}`
      const pending: Promise<unknown>[] = []
      const results: unknown[] = []
      for (let index = 0; index < 200; index++) {
        now += random() < 0.02 ? -Math.floor(random() * 5_000) : Math.floor(random() ** 3 * 1_000)
        const operation = randomOperation(random, state?.epoch ?? 0, tokens)
        const { state: next, reply, isNews } = step(state, operation, now)
        state = next
        seen.set(reply.state, (seen.get(reply.state) ?? 0) + 1)
        const { leased, hint: _, now: __, ...view } = reply
        if (leased) seen.set('leased', (seen.get('leased') ?? 0) + 1)
        if (isNews) expected.push({ name: `näme "${history}"`, view: { ...view, epoch: String(view.epoch) } })
        results.push({ ...reply, epoch: String(reply.epoch) })
        const args = [JSON.stringify(operation), JSON.stringify(`näme "${history}"`), 'news', String(now)]
        pending.push(client.eval(stepLua, { keys: [key], arguments: args }).then((text) => JSON.parse(String(text))))
      }
      expect(await Promise.all(pending)).toEqual(results)
      expect(JSON.parse((await client.get(key)) as string)).toEqual({ ...state, epoch: String(state?.epoch) })
      const kept = keepFor(state as FleetState, now)
      const ttl = await client.pTTL(key)
      if (kept === null) expect(ttl).toBe(-1)
      else expect(kept - ttl).toBeLessThan(60_000)
      await client.del(key)
    }
    await subscriber.ping()
    expect(messages).toEqual(expected)
    subscriber.destroy()
    for (const often of ['closed', 'open', 'half-open', 'leased']) expect(seen.get(often)).toBeGreaterThan(3_000)
  })

  test('keeps an epoch exactly, which has more digits than a number of Lua is written with', async () => {
    const operation = {
      op: 'override',
      to: 'open',
      lasts: 0,
      note: '',
      by: '',
      seen: 9_007_199_254_740_000,
      instance: '',
      stay: 0,
    }
    const args = [JSON.stringify(operation), '"name"', 'news']
    const reply = JSON.parse(String(await client.eval(stepLua, { keys: ['epoch'], arguments: args })))
    expect(reply.epoch).toBe('9007199254740001')
  })
})
