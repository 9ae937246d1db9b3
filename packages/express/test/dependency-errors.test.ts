import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Dependency, dependency, type Listening, listen } from '@cb/test-kit'
import axios from 'axios'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errorHandler } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'

let dependencyErrors: ErrorRequestHandler

/** The handler of the README. */
beforeAll(async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [code] = /^function dependencyErrors.*?^}/ms.exec(readme) ?? []
  const folder = new URL('../reports/readme/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = fileURLToPath(new URL('dependency-errors.mjs', folder))
  writeFileSync(file, `import { isAxiosError } from 'axios'\nexport ${code}\n`)
  dependencyErrors = (await import(file)).dependencyErrors
})

let service: Dependency
let server: Listening
beforeEach(async () => {
  service = await dependency()
})
afterEach(async () => {
  await server.close()
  await service.close()
})

const breakerOf = (callTimeout?: number) =>
  new CircuitBreaker({
    name: 'service',
    trip: consecutiveFailures(2),
    openDuration: 60_000,
    ...(callTimeout !== undefined && { callTimeout }),
  })

describe.each(versions)('an error of a dependency on $name', ({ express }) => {
  /** Serves `GET *`, which calls the service with the same path. */
  async function serve(breaker: CircuitBreaker, options: object, ...handlers: ErrorRequestHandler[]): Promise<void> {
    const app = quietApp(express)
    const call: RequestHandler = (req, res, next) => {
      breaker
        .execute((signal) => axios.get(req.url, { baseURL: service.origin, signal, ...options }))
        .then(({ data }) => res.json(data), next)
    }
    app.post('/', express.json(), call)
    app.use(call)
    for (const handler of handlers) app.use(handler)
    server = await listen(app)
  }

  const get = (path: string) => fetch(server.origin + path)

  test('without a handler, a 401 becomes the 401 of the caller', async () => {
    await serve(breakerOf(), {}, errorHandler())
    expect((await get('/status/401')).status).toBe(401)
  })

  test('without a handler, timeouts are 500 until the breaker opens, and 503 after', async () => {
    await serve(breakerOf(200), {}, errorHandler())
    const statuses = []
    for (let n = 0; n < 3; n++) statuses.push((await get('/hang')).status)
    expect(statuses).toEqual([500, 500, 503])
  })

  test.each([401, 403, 404, 429, 500, 503])('with the handler of the README, a %i becomes 502', async (status) => {
    await serve(breakerOf(), {}, errorHandler(), dependencyErrors)
    const response = await get(`/status/${status}`)
    expect([response.status, await response.json()]).toEqual([502, { status: 502 }])
  })

  test.each(['/reset', '/no-http'])('with it, a connection that breaks (%s) becomes 502', async (path) => {
    await serve(breakerOf(), {}, errorHandler(), dependencyErrors)
    expect((await get(path)).status).toBe(502)
  })

  test('with it, a call timeout becomes 504, and 503 with Retry-After once the breaker is open', async () => {
    await serve(breakerOf(200), {}, errorHandler(), dependencyErrors)
    for (let n = 0; n < 2; n++) {
      const response = await get('/hang')
      expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
        504,
        null,
        { status: 504 },
      ])
    }
    const response = await get('/hang')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60'])
  })

  test.each([
    ['the timeout of axios', { timeout: 200 }],
    ['the timeout of axios by its other name', { timeout: 200, transitional: { clarifyTimeoutError: true } }],
  ])('with it, %s becomes 504', async (_what, options) => {
    await serve(breakerOf(), options, errorHandler(), dependencyErrors)
    expect((await get('/hang')).status).toBe(504)
  })

  test('with it, an AxiosError that a call timeout causes, as with @cb/axios, becomes 504', async () => {
    const cause = Object.assign(new Error('slow'), { code: 'ECALLTIMEOUT' })
    const error = Object.assign(new axios.AxiosError('slow', 'ERR_NETWORK'), { cause })
    await serve(breakerOf(), { adapter: () => Promise.reject(error) }, errorHandler(), dependencyErrors)
    expect((await get('/')).status).toBe(504)
  })

  test("with it, an error of the caller's own keeps its status", async () => {
    await serve(breakerOf(), {}, errorHandler(), dependencyErrors)
    const headers = { 'Content-Type': 'application/json' }
    expect((await fetch(server.origin, { method: 'POST', headers, body: '{' })).status).toBe(400)
    expect((await get('/status/200')).status).toBe(200)
  })
})
