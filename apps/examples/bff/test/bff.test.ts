import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../src/bff.js', import.meta.url))

let services: Record<'users' | 'orders', Listening>
let statuses: Record<'users' | 'orders', number>
let bff: ChildProcess
let origin: string

beforeEach(async () => {
  statuses = { users: 200, orders: 200 }
  const serve = (name: 'users' | 'orders') =>
    listen((req, res) => {
      res.writeHead(statuses[name], { 'content-type': 'application/json' }).end(JSON.stringify([name, req.url]))
    })
  services = { users: await serve('users'), orders: await serve('orders') }
  const env = { ...process.env, USERS_URL: services.users.origin, ORDERS_URL: services.orders.origin, PORT: '0' }
  bff = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(bff.stdout as NodeJS.ReadableStream), 'line')
  origin = `http://127.0.0.1:${line.split(' ').at(-1)}`
})

afterEach(async () => {
  bff.kill()
  await once(bff, 'exit')
  await Promise.all([services.users.close(), services.orders.close()])
})

const get = (path: string) => fetch(origin + path)
const statusOf = async (path: string) => (await get(path)).status

/** The breakers that the metrics show in this state. */
async function breakersIn(state: string): Promise<(string | undefined)[]> {
  const text = await (await get('/metrics')).text()
  const lines = text.split('\n').filter((line) => line.startsWith('circuit_breaker_state{') && line.endsWith(' 1'))
  const found = lines.filter((line) => line.includes(`circuit_breaker_state="${state}"`))
  return found.map((line) => /circuit_breaker_name="(.*?)"/.exec(line)?.[1]).sort()
}

test('while both services are up, the dashboard has both parts', async () => {
  const response = await get('/dashboard/a%2Fb')
  expect([response.status, await response.json()]).toEqual([
    200,
    { user: ['users', '/users/a%2Fb'], orders: ['orders', '/users/a%2Fb/orders'] },
  ])
  expect(await statusOf('/health/ready')).toBe(200)
  expect(await breakersIn('closed')).toEqual([services.users.origin, services.orders.origin].sort())
})

test('it is ready before its first call', async () => {
  expect(await statusOf('/health/ready')).toBe(200)
  expect(await breakersIn('closed')).toEqual([services.users.origin])
})

test('while orders are down, the dashboard has none and the process stays ready', async () => {
  statuses.orders = 500
  for (let n = 0; n < 12; n++) {
    const response = await get('/dashboard/7')
    expect([response.status, await response.json()]).toEqual([200, { user: ['users', '/users/7'], orders: [] }])
  }
  expect(await breakersIn('open')).toEqual([services.orders.origin])
  expect(await statusOf('/health/ready')).toBe(200)
})

test('while users are down, the dashboard is 503 with Retry-After, and the process is live but not ready', async () => {
  statuses.users = 500
  for (let n = 0; n < 10; n++) expect(await statusOf('/dashboard/7')).toBe(500)
  const response = await get('/dashboard/7')
  expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await breakersIn('open')).toEqual([services.users.origin])
  expect([await statusOf('/health/ready'), await statusOf('/health/live')]).toEqual([503, 200])
})
