import { CircuitBreaker, consecutiveFailures, ramp } from '@cb/core'
import { fakeClock, type Listening, listen, until } from '@cb/test-kit'
import type { ErrorRequestHandler, Express } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

async function serve(app: Express): Promise<string> {
  server = await listen(app)
  return server.origin
}

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }

describe.each(versions)('the guard on $name', ({ express }) => {
  test.each([
    [200, 'success'],
    [204, 'success'],
    [304, 'success'],
    [404, 'success'],
    [429, 'success'],
    [500, 'failure'],
    [503, 'failure'],
  ])('a %i counts as %s', async (status, outcome) => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const app = quietApp(express)
    app.use(guard({ breaker }))
    app.get('/', (_req, res) => void res.sendStatus(status))
    const response = await fetch(await serve(app))
    await response.text()
    expect(response.status).toBe(status)
    expect(await settledOf(breaker, 1)).toEqual({ ...none, [outcome]: 1 })
  })

  test('a HEAD counts as a GET does', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const app = quietApp(express)
    app.use(guard({ breaker }))
    app.get('/', (_req, res) => void res.send('hello'))
    const response = await fetch(await serve(app), { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe('5')
    expect(await settledOf(breaker, 1)).toEqual({ ...none, success: 1 })
  })

  test('a closed guard does not change a response', async () => {
    const app = quietApp(express)
    app.use('/guarded', guard({ name: 'reports' }))
    app.use((_req, res) => void res.set('X-Own', '1').send('hello'))
    const origin = await serve(app)
    const [plain, guarded] = await Promise.all([fetch(origin), fetch(`${origin}/guarded`)])
    const headers = (response: Response) => [...response.headers].filter(([name]) => name !== 'date')
    expect(headers(guarded)).toEqual(headers(plain))
    expect(await guarded.text()).toBe(await plain.text())
  })

  test('an open breaker rejects with 503, Retry-After and problem details without its name', async () => {
    const clock = fakeClock()
    const reports = guard({
      name: 'secret-reports',
      trip: consecutiveFailures(2),
      openDuration: 4_200,
      now: clock.now,
    })
    let served = 0
    const app = quietApp(express)
    app.use('/reports', reports, (_req, res) => {
      served++
      res.sendStatus(500)
    })
    const origin = await serve(app)
    for (let n = 1; n <= 2; n++) {
      await (await fetch(`${origin}/reports`)).text()
      await settledOf(reports.breaker, n)
    }
    const response = await fetch(`${origin}/reports/7`)
    const text = await response.text()
    expect(served).toBe(2)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'This part of the service is temporarily not available.',
      retryAfter: 5,
    })
    expect(text).not.toContain('secret')
    clock.advance(4_199.9)
    expect((await fetch(`${origin}/reports`)).headers.get('retry-after')).toBe('1')
    clock.advance(0.1)
    expect((await fetch(`${origin}/reports`)).status).toBe(500) // a probe
  })

  test('a forced open breaker rejects without Retry-After', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    breaker.forceOpen()
    const app = quietApp(express)
    app.use((_req, res, next) => {
      res.set({ 'Retry-After': '9', ETag: '"1"', 'Content-Encoding': 'gzip', 'X-Kept': '1' })
      next()
    })
    app.use(guard({ breaker }))
    const response = await fetch(await serve(app))
    expect(response.headers.get('retry-after')).toBeNull()
    expect(response.headers.get('etag')).toBeNull()
    expect(response.headers.get('x-kept')).toBe('1')
    expect(await response.json()).not.toHaveProperty('retryAfter')
  })

  test('a guard in shadow mode rejects nothing, but counts what it would reject', async () => {
    const reports = guard({ name: 'reports', trip: consecutiveFailures(1), shadow: true, now: fakeClock().now })
    const app = quietApp(express)
    app.use(reports, (_req, res) => void res.sendStatus(500))
    const origin = await serve(app)
    for (let n = 1; n <= 3; n++) {
      expect((await fetch(origin)).status).toBe(500)
      await settledOf(reports.breaker, n)
    }
    expect(reports.breaker.snapshot()).toMatchObject({
      state: 'open',
      shadowed: 2,
      totals: { failure: 3, rejected: 0 },
    })
  })

  test('a guard with a ramp lets traffic return gradually', async () => {
    const clock = fakeClock()
    const random = () => 0.5
    const halfOpen = { successThreshold: 1 }
    const recovery = ramp({ duration: 10_000, from: 0 })
    const trip = consecutiveFailures(1)
    const reports = guard({ name: 'reports', trip, openDuration: 1, halfOpen, recovery, random, now: clock.now })
    const app = quietApp(express)
    app.use(reports, (_req, res) => void res.send('ok'))
    reports.breaker.acquire().failure()
    clock.advance(1)
    const origin = await serve(app)
    expect((await fetch(origin)).status).toBe(200) // the probe
    await until(() => reports.breaker.state === 'closed')
    const response = await fetch(origin)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    clock.advance(6_000)
    expect((await fetch(origin)).status).toBe(200)
  })

  test('a rejected HEAD has no body, and its keep-alive connection serves the next request', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    breaker.forceOpen()
    const app = quietApp(express)
    app.use(guard({ breaker }))
    const origin = await serve(app)
    const head = await fetch(origin, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([503, ''])
    const post = await fetch(origin, { method: 'POST', body: 'x'.repeat(1_000_000) })
    expect([post.status, await post.json()]).toMatchObject([503, { status: 503 }])
    expect((await fetch(origin)).status).toBe(503)
  })

  test('a rejection after the headers are sent goes to the error handler', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    breaker.forceOpen()
    const errors: unknown[] = []
    const app = quietApp(express)
    app.use((_req, res, next) => {
      res.write('begun')
      next()
    })
    app.use(guard({ breaker }))
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error)
      res.end()
    }
    app.use(onError)
    const response = await fetch(await serve(app))
    expect([response.status, await response.text()]).toEqual([200, 'begun'])
    expect(errors).toMatchObject([{ code: 'ECIRCUITOPEN', breaker: 'reports', reason: 'forced-open' }])
  })
})
