import { CircuitOpenError, consecutiveFailures } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import axios, { type AxiosInstance, isAxiosError } from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { setupCache } from 'axios-cache-interceptor'
import { wrapper as withCookies } from 'axios-cookiejar-support'
import MockAdapter from 'axios-mock-adapter'
import rateLimit from 'axios-rate-limit'
import axiosRetry from 'axios-retry'
import { passthrough, http as rule } from 'msw'
import { setupServer } from 'msw/node'
import * as rax from 'retry-axios'
import { CookieJar } from 'tough-cookie'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { errorOf } from './protected-client.ts'

let service: Listening
let isDown = false
const requests: string[] = []
beforeAll(async () => {
  service = await listen((request, response) => {
    const { cookie, authorization } = request.headers
    requests.push(`${request.url} ${cookie ?? ''}${authorization ?? ''}`.trim())
    if (request.url === '/private' && authorization !== 'new') return void response.writeHead(401).end()
    response.writeHead(isDown ? 503 : 200, { 'set-cookie': 'session=1' }).end('hello')
  })
})
afterAll(() => service.close())
beforeEach(() => {
  isDown = false
  requests.length = 0
})

/** What is installed on an instance; returns the instance to call, and how to end it. */
type Plugin = (client: AxiosInstance) => AxiosInstance | (() => void) | undefined

const plugins: Record<string, Plugin> = {
  'axios-retry': (client) => void axiosRetry(client as never, { retries: 1, retryDelay: () => 0 }),
  'retry-axios'(client) {
    client.defaults.raxConfig = { retry: 1, retryDelay: 1, backoffType: 'static' }
    rax.attach(client as never)
    return undefined
  },
  'axios-cookiejar-support'(client) {
    Object.assign(client.defaults, { jar: new CookieJar() })
    return withCookies(client as never)
  },
  'axios-auth-refresh': (client) =>
    void createAuthRefresh(client as never, async (failed) => {
      failed.response.config.headers.authorization = 'new'
    }),
  'axios-rate-limit': (client) => rateLimit(client, { maxRequests: 100, perMilliseconds: 1 }) as AxiosInstance,
  'axios-cache-interceptor': (client) => setupCache(client as never, { methods: [] }) as never,
  'axios-mock-adapter': (client) => void new MockAdapter(client as never, { onNoMatch: 'passthrough' }),
  msw() {
    const server = setupServer(rule.all('*', () => passthrough()))
    server.listen()
    return () => server.close()
  },
}

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

function combined(plugin: Plugin, order: string) {
  const { now, advance } = fakeClock()
  let client = axios.create({ baseURL: service.origin })
  const install = () => {
    const installed = plugin(client)
    if (typeof installed === 'function' && !('defaults' in installed)) endings.push(installed as () => void)
    else if (installed !== undefined) client = installed as AxiosInstance
  }
  if (order === 'installed before') install()
  const defaults = { trip: consecutiveFailures(4), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
  const { registry } = protectAxios(client, { defaults })
  if (order === 'installed after') install()
  return { get: (path = '/') => client.get(path), breaker: registry.get(service.origin), advance }
}

describe.each(Object.entries(plugins))('%s', (name, plugin) => {
  describe.each(['installed before', 'installed after'])('%s the protection', (order) => {
    test('while closed, a request is one call and gets its response', async () => {
      const { get, breaker } = combined(plugin, order)
      expect((await get()).data).toBe('hello')
      expect(requests).toHaveLength(1)
      expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 0, rejected: 0 })
    })

    test('each request that is sent is counted, and opens the breaker when it fails', async () => {
      const { get, breaker } = combined(plugin, order)
      isDown = true
      while (breaker.state === 'closed') await errorOf(get())
      expect(requests).toHaveLength(4)
      expect(breaker.snapshot().totals.failure).toBe(4)
    })

    test('while open, a request is rejected once, as an error of axios, and nothing is sent', async () => {
      const { get, breaker } = combined(plugin, order)
      breaker.forceOpen()
      const error = await errorOf(get())
      expect(error).toBeInstanceOf(CircuitOpenError)
      expect(isAxiosError(error)).toBe(true)
      expect(requests).toEqual([])
      expect(breaker.snapshot().totals.rejected).toBe(1)
    })

    test('when the service has recovered, one probe closes the breaker', async () => {
      const { get, breaker, advance } = combined(plugin, order)
      isDown = true
      while (breaker.state === 'closed') await errorOf(get())
      isDown = false
      advance(1_000)
      requests.length = 0
      expect((await get()).data).toBe('hello')
      expect(requests).toHaveLength(1)
      expect(breaker.state).toBe('closed')
    })

    if (name === 'axios-cookiejar-support') {
      test('the cookie of a response is sent with the next request', async () => {
        const { get } = combined(plugin, order)
        await get()
        await get()
        expect(requests).toEqual(['/', '/ session=1'])
      })
    }

    if (name === 'axios-auth-refresh') {
      test('a request that is repeated with a new token is two calls, both of them successes', async () => {
        const { get, breaker } = combined(plugin, order)
        expect((await get('/private')).data).toBe('hello')
        expect(requests).toEqual(['/private', '/private new'])
        expect(breaker.snapshot().totals).toMatchObject({ success: 2, failure: 0 })
      })

      test('an open circuit refreshes no token', async () => {
        const { get, breaker } = combined(plugin, order)
        breaker.forceOpen()
        expect(await errorOf(get('/private'))).toBeInstanceOf(CircuitOpenError)
        expect(requests).toEqual([])
      })
    }
  })
})
