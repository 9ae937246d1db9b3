import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { until } from '@cb/test-kit'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinFleet } from '../src/index.ts'
import { clients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const programs = [...readme.matchAll(/```js\n(.*?)```\s+It prints\s+```text\n(.*?)```/gs)]

// Inside the package, so that its own name resolves to its build.
const folder = new URL('../reports/readme/', import.meta.url)
mkdirSync(folder, { recursive: true })

describe.skipIf(!hasRedis)('the README', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  test('has programs', () => {
    expect(programs).toHaveLength(2)
  })

  test.each(programs.map(([, code, output], index) => ({ index, code, output })))(
    'program $index runs when pasted, and prints what the README shows',
    async ({ index, code, output }) => {
      const file = fileURLToPath(new URL(`program-${index}.mjs`, folder))
      writeFileSync(file, (code as string).replace('createClient()', `createClient({ url: '${server.url}' })`))
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file])
      expect(stderr).toBe('')
      expect(stdout).toBe(output)
    },
  )

  test.each(['node-redis', 'ioredis'] as const)('has all permissions that %s needs', async (library) => {
    const [, rules] = readme.match(/```text\n(~cb:.*?)\n```/s) as RegExpMatchArray
    const admin = createClient({ url: server.url })
    admin.on('error', () => {}) // the server ends first if the test fails
    await admin.connect()
    await admin.flushAll()
    await admin.sendCommand(['ACL', 'LOG', 'RESET'])
    await admin.sendCommand(['ACL', 'SETUSER', 'fleet', 'reset', 'on', '>secret', ...(rules as string).split(' ')])
    const url = server.url.replace('redis://', 'redis://fleet:secret@')
    const instances = await Promise.all(
      [1, 2].map(async () => {
        const { client, end } = await clients[library](url)
        const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1) })
        const fleet = await joinFleet({ client, namespace: 'shop', pollInterval: 600_000 })
        await fleet.share(breaker)
        return { breaker, fleet, end }
      }),
    )
    const [one, other] = instances as [(typeof instances)[0], (typeof instances)[0]]
    await one.fleet.resume('payments')
    one.breaker.acquire().failure()
    await until(() => other.breaker.state !== 'closed')
    expect(await other.fleet.list()).toMatchObject([{ name: 'payments' }])
    for (const { fleet, end } of instances) {
      await fleet.leave()
      end()
    }
    const denied = JSON.stringify(await admin.sendCommand(['ACL', 'LOG']))
    expect(denied.replaceAll('client|setinfo', '')).not.toMatch(/"object","[^"]/) // which clients do without
    admin.destroy()
  })
})
