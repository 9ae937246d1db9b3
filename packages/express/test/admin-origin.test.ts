import type { IncomingMessage } from 'node:http'
import { CircuitBreaker } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { admin } from '../src/index.ts'
import { ask } from './client.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(() => server.close())

const json = { 'Content-Type': 'application/json' }
const host = 'ops.example.com'

/** Does the same as `cors({ origin: true, credentials: true })` for the whole app. */
const careless: RequestHandler = (req, res, next) => {
  res.set({ 'Access-Control-Allow-Origin': req.headers.origin ?? '*', 'Access-Control-Allow-Credentials': 'true' })
  if (req.method === 'OPTIONS') res.set('Access-Control-Allow-Headers', 'Content-Type').status(204).end()
  else next()
}

describe.each(versions)('a page of another origin on $name', ({ express }) => {
  /** Every request is authorized, so that a rejection is for its origin. */
  async function serve(before: RequestHandler = (_req, _res, next) => next()): Promise<CircuitBreaker> {
    const payments = new CircuitBreaker({ name: 'payments' })
    const app = quietApp(express)
    app.use(before)
    app.use('/admin', admin({ breakers: [payments], authorize: () => 'ada' }))
    server = await listen(app)
    return payments
  }

  const post = (headers: Record<string, string>, body = '{"note":"x"}') =>
    ask(server, 'POST', '/admin/force-open?name=payments', { headers: { Host: host, ...headers }, body })

  test.each([
    ['a script of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['a script of another subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.example.com' }],
    ['a script of another site that hides its origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['an old browser', { Origin: 'https://evil.example' }],
    ['another subdomain in an old browser', { Origin: 'https://blog.example.com' }],
    ['another port in an old browser', { Origin: 'https://ops.example.com:8443' }],
    ['a sandboxed frame', { Origin: 'null' }],
    ['a host that begins with the same name', { Origin: 'https://ops.example.com.evil.example' }],
    ['two origins', { Origin: 'https://ops.example.com, https://evil.example' }],
    ['a value that no browser sends', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
    ['a user navigation with another origin', { 'Sec-Fetch-Site': 'none', Origin: 'https://evil.example' }],
  ])("can't act as %s, even if the app allows CORS", async (_what, headers) => {
    for (const before of [undefined, careless]) {
      const payments = await serve(before)
      const answer = await post({ ...json, ...headers })
      expect([answer.status, answer.json]).toMatchObject([
        403,
        { detail: 'The request must come from the same origin. A proxy must pass on the Host header.' },
      ])
      expect(payments.state).toBe('closed')
      await server.close()
    }
    await serve()
  })

  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['a form of text', 'text/plain'],
    ['a beacon with JSON as a parameter of its type', 'text/plain; application/json'],
    ['a type that begins with JSON', 'application/jsonp'],
    ['no content type', ''],
  ])("can't act with %s, even in a browser that sends no origin", async (_what, type) => {
    const payments = await serve()
    expect((await post(type === '' ? {} : { 'Content-Type': type })).status).toBe(415)
    expect(payments.state).toBe('closed')
  })

  test("can't act with GET, nor with a query", async () => {
    const payments = await serve()
    const answer = await ask(server, 'GET', '/admin/force-open?name=payments&note=x&_method=POST', {
      headers: { 'X-HTTP-Method-Override': 'POST' },
    })
    expect(answer.status).toBe(405)
    expect(payments.state).toBe('closed')
  })

  test('gets no CORS header for a preflight or a response, even if the app allows CORS', async () => {
    await serve((req, res, next) => {
      if (req.method === 'OPTIONS') next()
      else careless(req, res, next)
    })
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
    for (const method of ['OPTIONS', 'GET', 'HEAD']) {
      const answer = await ask(server, method, '/admin/', { headers })
      expect(answer.status).toBe(method === 'OPTIONS' ? 405 : 200)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test.each([
    ['a page of the same origin', { 'Sec-Fetch-Site': 'same-origin', Origin: `https://${host}` }],
    [
      'a page of the same origin behind a proxy that changes the host',
      { 'Sec-Fetch-Site': 'same-origin', Host: '10.0.0.7:3000' },
    ],
    ['a page of the same origin in an old browser', { Origin: `https://${host}` }],
    ['a page of the same origin with a host in capitals', { Origin: `https://${host}`, Host: 'OPS.example.com' }],
    ['a user navigation', { 'Sec-Fetch-Site': 'none' }],
    ['a program without a browser', {}],
    ['a program that sends a charset', { 'Content-Type': 'Application/JSON; charset=utf-8' }],
  ])('is not confused with %s, which can act', async (_what, headers) => {
    const payments = await serve()
    expect((await post({ ...json, ...headers })).status).toBe(200)
    expect(payments.state).toBe('open')
  })

  test('that uses DNS rebinding counts as the same origin, but has no credential for it', async () => {
    const payments = new CircuitBreaker({ name: 'payments' })
    const authorize = ({ headers }: IncomingMessage) => (headers.cookie === 'session=1' ? 'ada' : undefined)
    const app = quietApp(express)
    app.use('/admin', admin({ breakers: [payments], authorize }))
    server = await listen(app)
    const rebound = { ...json, Host: 'evil.example:3000', Origin: 'http://evil.example:3000' }
    expect((await post(rebound)).status).toBe(403)
    expect((await post({ ...rebound, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(403)
    expect(payments.state).toBe('closed')
    expect((await post({ ...json, Cookie: 'session=1' })).status).toBe(200)
  })
})
