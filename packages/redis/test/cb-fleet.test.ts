import { execFile } from 'node:child_process'
import { hostname, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CircuitBreaker } from '@cb/core'
import { refusedOrigin, until } from '@cb/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, joinFleet } from '../src/index.ts'
import { type Connected, clients } from './clients.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

const program = fileURLToPath(new URL('../dist/cb-fleet.js', import.meta.url))

interface Result {
  readonly code: number
  readonly lines: string[]
  readonly stderr: string
}

function cbFleet(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '')
      resolve({
        code: error === null ? 0 : Number(error.code),
        lines: lines.map((line) => line.replace(/ +/g, ' ')),
        stderr,
      })
    })
  })
}

describe.skipIf(!hasRedis)('cb-fleet', () => {
  let server: RedisServer
  let connected: Connected
  let fleet: Fleet
  const breaker = new CircuitBreaker({ name: 'payments' })
  const by = `${userInfo().username}@${hostname()}`
  const head = 'BREAKER STATE OVERRIDE INSTANCES REASON NOTE BY'

  beforeAll(async () => {
    server = await startRedis()
    connected = await clients['node-redis'](server.url)
    fleet = await joinFleet({ client: connected.client, namespace: 'shop' })
    await fleet.share(breaker)
  })
  afterAll(async () => {
    await fleet?.leave()
    connected?.end()
    await server?.stop()
  })

  const shop = (...args: string[]) => cbFleet('--url', server.url, '--namespace', 'shop', ...args)

  test('lists the breakers of a namespace', async () => {
    expect(await shop('list')).toEqual({ code: 0, stderr: '', lines: [head, 'payments closed - 1 - - -'] })
    expect((await cbFleet('list', '--url', server.url)).lines).toEqual([head])
  })

  test('opens a breaker in all instances, closes it, and resumes', async () => {
    const opened = await shop('open', 'payments', '--note', 'provider maintenance', '--for', '600000')
    expect(opened.lines[1]).toMatch(/^payments closed open (599\d{3}|600000) ms 1 forced provider maintenance /)
    expect(opened.lines[1]).toContain(by)
    await until(() => breaker.state === 'open')
    expect(breaker.snapshot().override?.note).toBe('provider maintenance')
    expect((await shop('close', 'payments')).lines).toEqual([head, `payments closed closed 1 forced - ${by}`])
    await until(() => breaker.state === 'closed')
    expect((await shop('resume', 'payments', '--note', 'done')).lines).toEqual([
      head,
      `payments closed - 1 resumed done ${by}`,
    ])
    await until(() => breaker.snapshot().override === null)
  })

  test('says when no instance has the breaker, for its name may be mistyped', async () => {
    expect(await shop('open', 'paymets', '--for', '1')).toMatchObject({
      code: 0,
      stderr: 'cb-fleet: no instance has the breaker "paymets" now\n',
    })
    expect((await shop('resume', 'payments')).stderr).toBe('')
  })

  test('takes a name and a note as they are, also if they look like numbers', async () => {
    const { lines } = await shop('open', '007', '--note', '1e3')
    expect(lines).toContain(`007 closed open 0 forced 1e3 ${by}`)
    expect((await shop('resume', '007', '--note', '0x10')).lines).toContain(`007 closed - 0 resumed 0x10 ${by}`)
  })

  test('writes no control character of a name or a note to the terminal', async () => {
    const { lines } = await shop('open', 'evil\u001b[2J', '--note', 'a\nb\u202e')
    expect(lines).toContain(`evil [2J closed open 0 forced a b ${by}`)
  })

  test.each([
    [['open', 'payments', '--for', 'soon'], 'for must be'],
    [['open', 'payments', '--for', '0'], 'for must be'],
    [['open'], 'open needs the name of one breaker'],
    [['list', 'payments'], 'list needs no name'],
    [['resume', 'payments', '--for', '1'], 'unknown option "for"'],
    [['constructor', 'payments'], 'unknown command "constructor"'],
    [['list', '--colour'], "Unknown option '--colour'"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await cbFleet('--url', server.url, ...args)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('says that a URL is none', async () => {
    const { code, stderr } = await cbFleet('list', '--url', 'nonsense')
    expect([code, stderr]).toEqual([1, 'cb-fleet: Invalid URL\n'])
  })

  test('fails when Redis is away', async () => {
    const away = (await refusedOrigin()).replace(/^https?/, 'redis')
    const { code, stderr } = await cbFleet('list', '--url', away)
    expect([code, stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')])
  })

  test('prints its help', async () => {
    expect((await cbFleet('--help')).lines.join('\n')).toContain('resume <breaker>')
    expect((await cbFleet()).code).toBe(1)
  })
})
