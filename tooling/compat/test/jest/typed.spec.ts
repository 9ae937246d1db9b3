// The test of a user with ts-jest, which also checks its types.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { protectAxios } from '@cb/axios'
import { CircuitBreaker, CircuitOpenError, consecutiveFailures } from '@cb/core'
import { protectFetch } from '@cb/fetch'
import { breakerInterceptor } from '@cb/fetch/undici'
import axios, { AxiosError } from 'axios'
import { Agent } from 'undici'

let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(503).end()
})
let origin: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  requests = 0
})
afterAll(() => server.close())

const defaults = { trip: consecutiveFailures(2) }

async function expectRejection(call: () => Promise<unknown>): Promise<void> {
  const error: unknown = await call().catch((error) => error)
  expect(error).toBeInstanceOf(CircuitOpenError)
  expect(error).toMatchObject({ code: 'ECIRCUITOPEN', breaker: origin })
  expect(requests).toBe(2)
}

test('a breaker opens', async () => {
  const breaker = new CircuitBreaker({ name: 'payments', ...defaults })
  const charge = jest.fn<Promise<string>, []>().mockRejectedValue(new Error('down'))
  for (let n = 0; n < 2; n++) await expect(breaker.execute(charge)).rejects.toThrow('down')
  await expect(breaker.execute(charge)).rejects.toThrow(CircuitOpenError)
  expect(charge).toHaveBeenCalledTimes(2)
})

test('a protected axios rejects without a request, and its errors are of its own class', async () => {
  const client = axios.create({ baseURL: origin })
  protectAxios(client, { defaults })
  for (let n = 0; n < 2; n++) await expect(client.get('/')).rejects.toBeInstanceOf(AxiosError)
  await expectRejection(() => client.get('/'))
  expect((await client.get('/', { circuitBreaker: { fallback: () => 'cached' } })).data).toBe('cached')
})

test('a protected fetch rejects without a request', async () => {
  const fetch = protectFetch({ defaults })
  for (let n = 0; n < 2; n++) expect((await fetch(origin)).status).toBe(503)
  await expectRejection(() => fetch(origin))
})

test('a protected dispatcher rejects without a request', async () => {
  const agent = new Agent()
  const dispatcher = agent.compose(breakerInterceptor({ defaults }))
  for (let n = 0; n < 2; n++) {
    const { statusCode, body } = await dispatcher.request({ origin, path: '/', method: 'GET' })
    expect([statusCode, await body.text()]).toEqual([503, ''])
  }
  await expectRejection(() => dispatcher.request({ origin, path: '/', method: 'GET' }))
  await agent.close()
})
