import { connect } from 'node:net'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Listening, listen, until } from '@cb/test-kit'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildApp } from '../src/app.js'
import { guard } from '../src/guard.js'

let users: Listening
let status: number
let app: FastifyInstance

beforeEach(async () => {
  status = 200
  users = await listen((_req, res) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end('{"name":"Ada"}'),
  )
  app = buildApp({ users: users.origin })
})

afterEach(async () => {
  await app.close()
  await users.close()
})

test('while the service works, its answers are passed on and the app is ready', async () => {
  expect((await app.inject('/users/7')).json()).toEqual({ name: 'Ada' })
  status = 404
  for (let n = 0; n < 20; n++) expect((await app.inject('/users/8')).statusCode).toBe(404)
  expect((await app.inject('/health/ready')).statusCode).toBe(200)
})

test('a call that the breaker rejects is a 503 with problem details and Retry-After', async () => {
  status = 500
  for (let n = 0; n < 10; n++) expect((await app.inject('/users/7')).statusCode).toBe(502)
  const { statusCode, headers, body } = await app.inject('/users/7')
  expect(statusCode).toBe(503)
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(JSON.parse(body)).toMatchObject({ status: 503 })
})

test('a client that leaves early neither opens the circuit nor keeps its permit', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const guarded = fastify()
  let begun = false
  guarded.get('/slow', { onRequest: guard(breaker) }, () => {
    begun = true
    return new Promise(() => {})
  })
  const { port } = new URL(await guarded.listen({ port: 0, host: '127.0.0.1' }))
  const socket = connect(Number(port), '127.0.0.1').end('GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n')
  await until(() => begun)
  socket.destroy()
  await until(() => breaker.snapshot().totals.ignored === 1)
  expect(breaker.state).toBe('closed')
  await guarded.close()
})
