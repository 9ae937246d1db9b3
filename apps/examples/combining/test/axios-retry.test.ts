import { consecutiveFailures, RetryBudget } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { retryingClient } from '../src/axios-retry.js'

let server: Listening
let requests: number
let respond: () => [status: number, headers?: Record<string, string>]

/** What axios-retry waited for, each over at once. Without a `timeout`, no other timer is longer than 0. */
let delays: number[]

beforeEach(async () => {
  requests = 0
  server = await listen((_request, response) => {
    requests++
    const [status, headers] = respond()
    response.writeHead(status, headers).end()
  })
  delays = []
  const real = globalThis.setTimeout
  vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => {
    if (ms > 0) delays.push(ms)
    return real(callback, 0)
  })
})

afterEach(async () => {
  vi.unstubAllGlobals()
  await server.close()
})

const connect = (options?: Parameters<typeof retryingClient>[1]) => {
  const { client, registry } = retryingClient({ baseURL: server.origin, timeout: 0 }, options)
  return { client, breaker: registry.get(server.origin) }
}

test('each attempt is one outcome', async () => {
  respond = () => [requests < 3 ? 500 : 200]
  const { client, breaker } = connect()
  expect((await client.get('/')).status).toBe(200)
  expect(requests).toBe(3)
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 2 })
})

test('the retry stops at once when the circuit opens: no request, and no further delay', async () => {
  respond = () => [500]
  const { client, breaker } = connect({ defaults: { trip: consecutiveFailures(2) } })
  await expect(client.get('/')).rejects.toMatchObject({ code: 'ECIRCUITOPEN', retryAfterMs: expect.any(Number) })
  expect(requests).toBe(2)
  expect(delays).toHaveLength(2)
  expect(breaker.snapshot().totals).toMatchObject({ failure: 2, rejected: 1 })
})

test('a rejected request is not retried', async () => {
  const { client, breaker } = connect()
  breaker.forceOpen()
  await expect(client.get('/')).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  expect([requests, delays]).toEqual([0, []])
  expect(breaker.snapshot().totals.rejected).toBe(1)
})

test('in an outage requests together are retried no more than their budget', async () => {
  respond = () => [500]
  const budget = new RetryBudget({ ratio: 0.1, burst: 5 })
  const options = { defaults: { trip: consecutiveFailures(1_000) } }
  const { client } = retryingClient({ baseURL: server.origin, timeout: 0 }, options, { budget })
  for (let n = 0; n < 51; n++) await client.get('/').catch(() => {})
  expect(requests).toBe(51 + 5 + 5)
})

test('it succeeds after the wait', async () => {
  respond = () => [requests < 3 ? 500 : 200]
  let now = 0
  const { client } = connect({ defaults: { trip: consecutiveFailures(2), openDuration: 1_000, now: () => now } })
  const { retryAfterMs } = await client.get('/').catch((error) => error)
  expect(retryAfterMs).toBe(1_000)
  now = retryAfterMs
  expect((await client.get('/')).status).toBe(200)
})

test('the server’s Retry-After is waited for before the next attempt', async () => {
  respond = () => (requests === 1 ? [503, { 'retry-after': '3' }] : [200])
  expect((await connect().client.get('/')).status).toBe(200)
  expect(delays).toHaveLength(1)
  expect(delays[0]).toBeGreaterThanOrEqual(3_000)
})

test('a Retry-After longer than the caller’s patience ends it at once', async () => {
  respond = () => [503, { 'retry-after': '6' }]
  await expect(connect().client.get('/')).rejects.toMatchObject({ response: { status: 503 } })
  expect([requests, delays]).toEqual([1, []])
})

test('each attempt has the whole timeout', async () => {
  respond = () => [requests === 1 ? 500 : 200]
  const { client } = retryingClient({ baseURL: server.origin })
  const timeouts: unknown[] = []
  client.interceptors.request.use((config) => {
    timeouts.push(config.timeout)
    return config
  })
  vi.unstubAllGlobals() // here axios has its own timers
  await client.get('/')
  expect(timeouts).toEqual([2_000, 2_000])
})
