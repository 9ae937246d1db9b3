import { CircuitBreaker, CircuitOpenError, consecutiveFailures } from '@cb/core'
import * as otherCopy from '@cb/express'
import { type Listening, listen } from '@cb/test-kit'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { errorHandler, type Guard, guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

async function serve(app: Express): Promise<string> {
  server = await listen(app)
  return server.origin
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.text()
  return response.status
}

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }

describe.each(versions)('the position of the guard on $name', ({ express }) => {
  test('a guard of an app, a router or a route counts the requests that pass it', async () => {
    const [app, router] = [quietApp(express), express.Router()]
    const atApp = guard({ name: 'app' })
    const atRouter = guard({ name: 'router' })
    const atRoute = guard({ name: 'route' })
    app.use(atApp)
    app.use('/api', router)
    router.use(atRouter)
    router.get('/guarded/:id', atRoute, (_req, res) => void res.send('guarded'))
    router.get('/plain', (_req, res) => void res.send('plain'))
    const origin = await serve(app)
    expect(await statusOf(`${origin}/api/guarded/1`)).toBe(200)
    expect(await statusOf(`${origin}/api/plain`)).toBe(200)
    expect(await statusOf(`${origin}/elsewhere`)).toBe(404)
    expect(await settledOf(atApp.breaker, 3)).toEqual({ ...none, success: 3 })
    expect(await settledOf(atRouter.breaker, 2)).toEqual({ ...none, success: 2 })
    expect(await settledOf(atRoute.breaker, 1)).toEqual({ ...none, success: 1 })
  })

  test('nested guards with different breakers each take and settle a permit', async () => {
    const [outer, inner] = [guard({ name: 'outer' }), guard({ name: 'inner', isFailure: () => false })]
    const app = quietApp(express)
    app.use(outer, inner, (_req, res) => void res.sendStatus(500))
    await statusOf(await serve(app))
    expect(await settledOf(outer.breaker, 1)).toEqual({ ...none, failure: 1 })
    expect(await settledOf(inner.breaker, 1)).toEqual({ ...none, success: 1 })
  })

  test('nested guards share one listener of the response', async () => {
    const app = quietApp(express)
    const guards = ['a', 'b', 'c'].map((name) => guard({ name }))
    const count: RequestHandler = (_req, res, next) => {
      res.locals['counts'] = [...(res.locals['counts'] ?? []), res.listenerCount('close')]
      next()
    }
    app.use(
      count,
      guards[0] as Guard,
      count,
      ...guards.slice(1),
      count,
      (_req, res) => void res.json(res.locals['counts']),
    )
    const [before, one, three] = (await (await fetch(await serve(app))).json()) as number[]
    expect([one, three]).toEqual([(before as number) + 1, (before as number) + 1])
  })

  test('a rejection by an inner guard is ignored by the outer one', async () => {
    const [outer, inner] = [guard({ name: 'outer' }), guard({ name: 'inner' })]
    inner.breaker.forceOpen()
    const app = quietApp(express)
    app.use(outer, inner)
    expect(await statusOf(await serve(app))).toBe(503)
    expect(await settledOf(outer.breaker, 1)).toEqual({ ...none, ignored: 1 })
    expect(inner.breaker.snapshot().totals).toEqual({ ...none, rejected: 1 })
  })

  test('a rejection by an outbound breaker that errorHandler handles is ignored by the guard', async () => {
    const [inbound, outbound] = [guard({ name: 'inbound' }), new CircuitBreaker({ name: 'outbound' })]
    outbound.forceOpen()
    const app = quietApp(express)
    app.use(inbound, (_req, _res, next) => void outbound.execute(() => 'never').catch(next))
    app.use(errorHandler())
    expect(await statusOf(await serve(app))).toBe(503)
    expect(await settledOf(inbound.breaker, 1)).toEqual({ ...none, ignored: 1 })
  })

  test('a rejection by another copy of the package is ignored too', async () => {
    const [outer, inner] = [guard({ name: 'outer' }), otherCopy.guard({ name: 'inner' })]
    expect(otherCopy.guard).not.toBe(guard)
    inner.breaker.forceOpen()
    const app = quietApp(express)
    app.use('/inner', outer, inner)
    app.use(outer, (_req, _res, next) => next(new CircuitOpenError('outbound', 'open', 1_000)))
    app.use(otherCopy.errorHandler())
    const origin = await serve(app)
    expect([await statusOf(`${origin}/inner`), await statusOf(origin)]).toEqual([503, 503])
    expect(await settledOf(outer.breaker, 2)).toEqual({ ...none, ignored: 2 })
  })

  test('a breaker with two guards takes one permit of each request, also with another breaker between them', async () => {
    const breaker = new CircuitBreaker({ name: 'reports', halfOpen: { maxConcurrent: 1 } })
    const between = guard({ name: 'between' })
    const app = quietApp(express)
    app.use(guard({ breaker }), between, guard({ breaker }), (_req, res) => void res.send('ok'))
    const origin = await serve(app)
    for (let n = 1; n <= 3; n++) {
      expect(await statusOf(origin)).toBe(200)
      expect(await settledOf(breaker, n)).toEqual({ ...none, success: n })
      expect(await settledOf(between.breaker, n)).toEqual({ ...none, success: n })
    }
  })

  test('an error that the handler throws reaches the error handler and counts by the final status', async () => {
    const reports = guard({ name: 'reports' })
    const app = quietApp(express)
    app.use(reports)
    app.get('/thrown', () => {
      throw Object.assign(new Error('thrown'), { status: 502 })
    })
    app.get('/next', (_req, _res, next) => next(Object.assign(new Error('next'), { status: 400 })))
    const onError: ErrorRequestHandler = (error, _req, res, _next) => void res.status(error.status).send(error.message)
    app.use(onError)
    const origin = await serve(app)
    expect(await statusOf(`${origin}/thrown`)).toBe(502)
    expect(await settledOf(reports.breaker, 1)).toEqual({ ...none, failure: 1 })
    expect(await statusOf(`${origin}/next`)).toBe(400)
    expect(await settledOf(reports.breaker, 2)).toEqual({ ...none, failure: 1, success: 1 })
  })

  test('isFailure replaces the status', async () => {
    const reports = guard({ name: 'reports', isFailure: (res) => res.statusCode === 404 })
    const app = quietApp(express)
    app.use(reports)
    app.get('/500', (_req, res) => void res.sendStatus(500))
    const origin = await serve(app)
    await statusOf(`${origin}/500`)
    await statusOf(`${origin}/404`)
    expect(await settledOf(reports.breaker, 2)).toEqual({ ...none, success: 1, failure: 1 })
  })
})

test.each(versions.filter(({ version }) => version.startsWith('5')))(
  'a rejection of an async handler counts by the final status on $name',
  async ({ express }) => {
    const reports = guard({ name: 'reports', trip: consecutiveFailures(1) })
    const app = quietApp(express)
    app.get('/', reports, async () => {
      throw new Error('rejected')
    })
    const origin = await serve(app)
    expect(await statusOf(origin)).toBe(500)
    expect(await settledOf(reports.breaker, 1)).toEqual({ ...none, failure: 1 })
    expect(await statusOf(origin)).toBe(503)
  },
)
