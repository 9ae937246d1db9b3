import { CircuitBreaker, CircuitOpenError } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import type { ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { errorHandler } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const open = new CircuitOpenError('https://user:secret@payments', 'open', 2_001)

function causedBy(cause: unknown, depth: number): unknown {
  return depth === 0 ? cause : new Error('could not charge', { cause: causedBy(cause, depth - 1) })
}

function circle(): Error {
  const error = new Error('circle')
  error.cause = error
  return error
}

test('errorHandler without its parentheses throws at the first request, which does not hang', () => {
  const wrong = errorHandler as (...args: unknown[]) => unknown
  for (const given of [{}, undefined, null]) expect(() => wrong(given)).toThrow('errorHandler() takes no options')
})

describe.each(versions)('the error handler on $name', ({ express }) => {
  /** Makes one request whose handler fails with `error`; `passedOn` has the errors that the next error handler gets. */
  async function answer(error: unknown, begin = false): Promise<{ response: Response; passedOn: unknown[] }> {
    const passedOn: unknown[] = []
    const app = quietApp(express)
    app.get('/', (_req, res, next) => {
      res.set({ 'Content-Length': '5', 'Content-Encoding': 'identity', ETag: '"1"', 'X-Kept': '1' })
      res.statusMessage = 'Fine'
      if (begin) res.write('begun')
      next(error)
    })
    app.use(errorHandler())
    app.use(errorHandler())
    const last: ErrorRequestHandler = (passed, _req, res, _next) => {
      passedOn.push(passed)
      if (!res.headersSent) res.removeHeader('Content-Length')
      res.status(res.headersSent ? 200 : 500).end()
    }
    app.use(last)
    server = await listen(app)
    return { response: await fetch(server.origin), passedOn }
  }

  test('a rejection by an open breaker becomes 503 with Retry-After and problem details without secrets', async () => {
    const { response, passedOn } = await answer(open)
    const text = await response.text()
    expect(passedOn).toEqual([])
    expect([response.status, response.statusText]).toEqual([503, 'Service Unavailable'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'retry-after': '3',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'x-kept': '1',
    })
    expect(response.headers.has('etag')).toBe(false)
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Something that this request needs is temporarily not available.',
      retryAfter: 3,
    })
  })

  test('the rejection of a call becomes 503', async () => {
    const breaker = new CircuitBreaker({ name: 'payments', now: fakeClock().now })
    breaker.forceOpen()
    const { response } = await answer(await breaker.execute(() => 'never').catch((error: unknown) => error))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, null])
    expect(await response.json()).not.toHaveProperty('retryAfter')
  })

  test.each([
    ['a rejection as its cause', causedBy(open, 1)],
    ['a rejection as its cause eight levels deep', causedBy(open, 8)],
    ['the code of a rejection, as from another copy of core', { code: 'ECIRCUITOPEN', retryAfterMs: 2_500 }],
  ])('an error with %s becomes 503', async (_name, error) => {
    const { response } = await answer(error)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
  })

  test.each([
    [0, '1'],
    [-5, '1'],
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [86_400_000, '86400'],
    [null, null],
    [undefined, null],
    ['2000', null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [1e300, null],
  ])('a retryAfterMs of %s becomes a Retry-After of %s', async (retryAfterMs, expected) => {
    const { response } = await answer({ code: 'ECIRCUITOPEN', retryAfterMs })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, expected])
  })

  test.each([
    ['any other error', new Error('broken')],
    ['a cause that is nine levels deep', causedBy(open, 9)],
    ['causes in a loop', circle()],
    ['a string', 'ECIRCUITOPEN'],
    ['an error whose getters throw', Object.defineProperty({}, 'code', { get: () => JSON.parse('{') })],
  ])('%s goes to the next handler unchanged', async (_name, error) => {
    const { response, passedOn } = await answer(error)
    expect(response.status).toBe(500)
    expect(passedOn).toEqual([error])
    expect(passedOn[0]).toBe(error)
  })

  test('an error that an earlier error handler wraps becomes 503, unless that handler has responded', async () => {
    const app = quietApp(express)
    app.get('/wrapped', (_req, _res, next) => next(open))
    app.get('/answered', (_req, _res, next) => next(open))
    const before: ErrorRequestHandler = (error, req, res, next) => {
      if (req.path === '/answered') res.status(502).send('answered before')
      next(new Error('something failed', { cause: error }))
    }
    app.use(before, errorHandler())
    const last: ErrorRequestHandler = () => {}
    app.use(last)
    server = await listen(app)
    expect((await fetch(`${server.origin}/wrapped`)).status).toBe(503)
    const answered = await fetch(`${server.origin}/answered`)
    expect([answered.status, await answered.text()]).toEqual([502, 'answered before'])
  })

  test('a rejection after the headers are sent goes to the next handler', async () => {
    const { response, passedOn } = await answer(open, true)
    expect([response.status, await response.text()]).toEqual([200, 'begun'])
    expect(passedOn).toEqual([open])
  })
})
