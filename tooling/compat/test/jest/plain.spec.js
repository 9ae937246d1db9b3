// The test of a user who has no configuration: CommonJS, as Jest runs it by default.

const { createServer } = require('node:http')
const { protectAxios } = require('@cb/axios')
const { CircuitBreaker, CircuitOpenError, consecutiveFailures } = require('@cb/core')
const { protectFetch } = require('@cb/fetch')
const axios = require('axios')

let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(503).end()
})
let origin

beforeAll(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${server.address().port}`
})
beforeEach(() => {
  requests = 0
})
afterAll(() => server.close())

const defaults = { trip: consecutiveFailures(2) }

function expectRejection(error) {
  expect(error).toBeInstanceOf(CircuitOpenError)
  expect(error).toMatchObject({ code: 'ECIRCUITOPEN', breaker: origin })
  expect(requests).toBe(2)
}

test('a breaker opens', async () => {
  const breaker = new CircuitBreaker({ name: 'payments', ...defaults })
  const charge = jest.fn().mockRejectedValue(new Error('down'))
  for (let n = 0; n < 2; n++) await expect(breaker.execute(charge)).rejects.toThrow('down')
  const error = await breaker.execute(charge).catch((error) => error)
  expect(error).toBeInstanceOf(CircuitOpenError)
  expect(error.code).toBe('ECIRCUITOPEN')
  expect(charge).toHaveBeenCalledTimes(2)
})

test('fake timers move a breaker', async () => {
  jest.useFakeTimers()
  const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), openDuration: 1_000 })
  await expect(breaker.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  jest.advanceTimersByTime(999)
  expect(breaker.state).toBe('open')
  jest.advanceTimersByTime(1)
  expect(breaker.state).toBe('half-open')
  jest.useRealTimers()
})

test('a protected axios rejects without a request, and its errors are of its own class', async () => {
  const client = axios.create()
  protectAxios(client, { defaults })
  const errorOf = () => client.get(origin).catch((error) => error)
  expect(await errorOf()).toBeInstanceOf(axios.AxiosError)
  expect(await errorOf()).toMatchObject({ code: 'ERR_BAD_RESPONSE' })
  expectRejection(await errorOf())
})

test('a protected fetch rejects without a request', async () => {
  const fetch = protectFetch({ defaults })
  for (let n = 0; n < 2; n++) expect((await fetch(origin)).status).toBe(503)
  expectRejection(await fetch(origin).catch((error) => error))
})
