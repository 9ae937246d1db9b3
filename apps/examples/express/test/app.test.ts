import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildApp } from '../src/app.js'

let users: Listening
let app: Listening
let status: number

beforeEach(async () => {
  status = 200
  users = await listen((_req, res) => {
    if (status === 0) return // hangs
    res.writeHead(status, { 'content-type': 'application/json' }).end('{"name":"Ada"}')
  })
  app = await listen(buildApp({ usersUrl: users.origin, operators: new Map([['Bearer 7d2f', 'ada']]) }))
})

afterEach(() => Promise.all([app.close(), users.close()]))

const get = (path: string, init?: RequestInit) => fetch(app.origin + path, init)

test('while the service works, its answers are passed on', async () => {
  expect(await (await get('/users/7')).json()).toEqual({ name: 'Ada' })
})

test.each([
  ['a 401 of the service', 401, 502],
  ['a 500 of the service', 500, 502],
  ['a service that hangs', 0, 504],
])('%s is not passed on', async (_what, answer, expected) => {
  status = answer
  expect((await get('/users/7')).status).toBe(expected)
})

test('a call that the breaker rejects is a 503 with problem details and Retry-After', async () => {
  status = 500
  for (let n = 0; n < 10; n++) await get('/users/7')
  const response = await get('/users/7')
  expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('only an operator sees and overrides the breakers', async () => {
  expect((await get('/admin/breakers')).status).toBe(403)
  const headers = { authorization: 'Bearer 7d2f', 'content-type': 'application/json' }
  const path = `/admin/breakers/force-open?name=${encodeURIComponent(users.origin)}`
  expect((await get(path, { method: 'POST', headers, body: '{"note":"maintenance"}' })).status).toBe(200)
  expect((await get('/users/7')).status).toBe(503)
})
