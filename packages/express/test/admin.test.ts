import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { deferred, fakeClock, type Listening, listen } from '@cb/test-kit'
import type { ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AdminAction, type AdminOptions, admin, errorHandler, health } from '../src/index.ts'
import { type Answer, ask } from './client.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(async () => {
  vi.restoreAllMocks()
  await server.close()
})

const headers = { 'Content-Type': 'application/json' }

describe.each(versions)('admin on $name', ({ express }) => {
  /** `parsed` puts a body parser before the API. */
  async function serve(options: Partial<AdminOptions>, parsed = false): Promise<void> {
    const app = quietApp(express)
    if (parsed) app.use(express.json())
    app.use('/admin/breakers', admin({ authorize: () => 'ada', ...options }))
    app.use(errorHandler())
    server = await listen(app)
  }

  const read = (path: string): Promise<Answer> => ask(server, 'GET', `/admin/breakers${path}`)
  const act = (path: string, body: unknown): Promise<Answer> =>
    ask(server, 'POST', `/admin/breakers${path}`, { headers, body: JSON.stringify(body) })

  test.each([false, true])(
    'forcing, resuming and resetting respond with the snapshot (express.json before: %s)',
    async (parsed) => {
      const payments = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), now: fakeClock().now })
      const done: AdminAction[] = []
      const notes: unknown[] = []
      payments.on('transition', ({ note }) => notes.push(note))
      await serve({ breakers: [payments], onAction: (action) => done.push(action) }, parsed)
      payments.acquire().failure()

      const opened = await act('/force-open?name=payments', { note: 'deploy 42', for: 60_000 })
      expect(opened.status).toBe(200)
      const override = { state: 'open', note: 'deploy 42 (by ada)', since: 0, expiresInMs: 60_000 }
      expect(opened.json).toEqual({ ...payments.snapshot(), override })
      const closed = await act('/force-closed?name=payments', { note: 'false alarm' })
      expect(closed.json).toMatchObject({ state: 'closed', override: { state: 'closed', expiresInMs: null } })
      expect(payments.snapshot().override?.note).toBe('false alarm (by ada)')
      expect((await act('/resume?name=payments', {})).json).toMatchObject({ state: 'open', override: null })
      expect((await act('/reset?name=payments', { note: 'repaired' })).json).toMatchObject({ state: 'closed' })
      expect((await read('/one?name=payments')).json).toEqual(payments.snapshot())
      expect(notes.slice(-3)).toEqual(['false alarm (by ada)', 'by ada', 'repaired (by ada)'])
      const rest = { breaker: 'payments', who: 'ada', for: null }
      expect(done).toEqual([
        { ...rest, action: 'force-open', note: 'deploy 42', for: 60_000 },
        { ...rest, action: 'force-closed', note: 'false alarm' },
        { ...rest, action: 'resume', note: null },
        { ...rest, action: 'reset', note: 'repaired' },
      ])
    },
  )

  test('an action without a body has no note', async () => {
    await serve({ breakers: [new CircuitBreaker({ name: 'payments' })] }, true)
    const bare = (path: string) => ask(server, 'POST', `/admin/breakers${path}?name=payments`, { headers })
    expect((await bare('/reset')).status).toBe(200)
    expect([(await bare('/force-open')).status, (await bare('/force-open')).json]).toMatchObject([400, {}])
  })

  test('a body parser for another content type does not consume the body', async () => {
    const payments = new CircuitBreaker({ name: 'payments' })
    const app = quietApp(express)
    app.use(express.urlencoded({ extended: false }), admin({ breakers: [payments], authorize: () => 'ada' }))
    server = await listen(app)
    const content = { headers, body: '{"note":"deploy"}' }
    expect((await ask(server, 'POST', '/force-open?name=payments', content)).status).toBe(200)
  })

  test('an onAction that throws or rejects is logged once, and the action is done', async () => {
    const logged = vi.spyOn(console, 'error').mockReturnValue()
    const payments = new CircuitBreaker({ name: 'payments' })
    for (const onAction of [() => JSON.parse('{'), () => Promise.reject(new Error('disk full'))]) {
      await serve({ breakers: [payments], onAction })
      for (let n = 1; n <= 2; n++) expect((await act('/force-open?name=payments', { note: 'x' })).status).toBe(200)
      await server.close()
    }
    await serve({ breakers: [] })
    expect(logged.mock.calls).toEqual([
      [expect.stringContaining('`onAction` function of an admin threw: SyntaxError')],
      [expect.stringContaining('`onAction` function of an admin threw: Error: disk full')],
    ])
  })

  test('a request for which authorize returns no operator can neither read nor act', async () => {
    const payments = new CircuitBreaker({ name: 'payments' })
    for (const identity of [undefined, null, false, '', { who: '' }, { who: undefined }] as const) {
      await serve({ breakers: [payments], authorize: async () => identity })
      const answers = [
        await read('/'),
        await read('/one?name=payments'),
        await read('/one?name=nothing'),
        await act('/force-open?name=payments', { note: 'x' }),
      ]
      for (const { status, json } of answers) {
        expect([status, json]).toMatchObject([403, { detail: 'Forbidden.' }])
      }
      await server.close()
    }
    await serve({ breakers: [] })
    expect(payments.snapshot().lastTransition).toBeNull()
  })

  test.each([
    ['a name', () => 'ada', 'ada'],
    ['a promise of an object', async () => ({ who: 'ada', role: 'operator' }), 'ada'],
    [
      'an object of a class with a getter',
      () =>
        new (class User {
          get who(): string {
            return 'ada'
          }
        })(),
      'ada',
    ],
    ['a name that forges lines of a log', () => 'ada\n\u001b[2J\u202eroot', 'ada\ufffd\ufffd[2J\ufffdroot'],
    ['a long name', () => 'x'.repeat(1_000), 'x'.repeat(100)],
  ])('authorize can return %s', async (_what, authorize, who) => {
    const payments = new CircuitBreaker({ name: 'payments' })
    await serve({ breakers: [payments], authorize })
    await act('/force-open?name=payments', { note: 'deploy' })
    expect(payments.snapshot().override?.note).toBe(`deploy (by ${who})`)
  })

  test('an authorize that returns no name, throws or rejects admits no request; its error goes to the app', async () => {
    const open = new CircuitBreaker({ name: 'identity' })
    open.forceOpen()
    const authorizers: [() => unknown, number][] = [
      [() => true, 500],
      [() => ({ who: 7 }), 500],
      [() => JSON.parse('{'), 500],
      [() => Promise.reject(Object.assign(new Error('no'), { status: 401 })), 401],
      [() => open.execute(() => 'ada'), 503],
    ]
    for (const [authorize, expected] of authorizers) {
      await serve({ breakers: [], authorize: authorize as AdminOptions['authorize'] })
      expect((await read('/')).status).toBe(expected)
      await server.close()
    }
    await serve({ breakers: [] })
  })

  test('a request that gets another response during authorize gets no second one', async () => {
    for (const who of ['ada', undefined]) {
      const answered = deferred()
      const passedOn: unknown[] = []
      const app = quietApp(express)
      app.use((_req, res, next) => {
        next()
        res.status(504).send('too late')
        answered.resolve()
      })
      app.use(admin({ breakers: [], authorize: () => answered.promise.then(() => who) }))
      const last: ErrorRequestHandler = (error, _req, _res, _next) => void passedOn.push(error)
      app.use(last)
      server = await listen(app)
      const { status, text } = await ask(server, 'GET', '/')
      expect([status, text, passedOn]).toEqual([504, 'too late', []])
      await server.close()
    }
    await serve({ breakers: [] })
  })

  test('other methods and paths get problem details', async () => {
    await serve({ breakers: [new CircuitBreaker({ name: 'payments' })] })
    const answer = async (method: string, path: string) => {
      const { status, headers, json } = await ask(server, method, `/admin/breakers${path}`)
      return [status, headers.allow, headers['content-type'], (json as { detail?: string } | undefined)?.detail]
    }
    const problem = 'application/problem+json'
    const [useGet, usePost] = ['Method not allowed, use GET.', 'Method not allowed, use POST.']
    expect(await answer('GET', '/reset?name=payments')).toEqual([405, 'POST', problem, usePost])
    expect(await answer('OPTIONS', '/reset')).toEqual([405, 'POST', problem, usePost])
    expect(await answer('DELETE', '/')).toEqual([405, 'GET, HEAD', problem, useGet])
    expect(await answer('POST', '/one?name=payments')).toEqual([405, 'GET, HEAD', problem, useGet])
    expect(await answer('GET', '/payments')).toEqual([404, undefined, problem, 'Not found.'])
    expect(await answer('GET', '/one')).toEqual([404, undefined, problem, 'There is no breaker of this name.'])
    expect(await answer('HEAD', '/')).toEqual([200, undefined, 'application/json', undefined])
    expect((await ask(server, 'HEAD', '/admin/breakers/')).text).toBe('')
  })
})

test('admin and health also work with node:http, without Express', async () => {
  const breakers = [new CircuitBreaker({ name: 'payments' })]
  const [operate, check] = [admin({ breakers, authorize: () => 'ada' }), health({ breakers })]
  server = await listen((req, res) => check(req, res, () => operate(req, res, () => res.destroy())))
  const body = '{"note":"deploy"}'
  expect((await ask(server, 'GET', '/live')).status).toBe(200)
  expect((await ask(server, 'POST', '/force-open?name=payments', { headers, body })).status).toBe(200)
  expect((await ask(server, 'GET', '/one?name=payments')).json).toMatchObject({ state: 'open' })
})
