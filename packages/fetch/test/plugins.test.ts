import { CircuitOpenError, consecutiveFailures } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import fetchCookie from 'fetch-cookie'
import { passthrough, http as rule } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { errorOf } from './attempt.ts'

type Fetch = typeof globalThis.fetch

let service: Listening
let isDown = false
const requests: string[] = []
beforeAll(async () => {
  service = await listen((request, response) => {
    requests.push(`${request.url} ${request.headers.cookie ?? ''}`.trim())
    response.writeHead(isDown ? 503 : 200, { 'set-cookie': 'session=1' }).end('hello')
  })
})
afterAll(() => service.close())
beforeEach(() => {
  isDown = false
  requests.length = 0
})

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

/** What is put around a `fetch`, or changes the global one. */
const plugins: Record<string, (fetch: Fetch) => Fetch> = {
  'fetch-cookie': (fetch) => fetchCookie(fetch) as Fetch,
  msw(fetch) {
    const server = setupServer(rule.all('*', () => passthrough()))
    server.listen()
    endings.push(() => server.close())
    return fetch
  },
}

function combined(plugin: (fetch: Fetch) => Fetch, order: string) {
  const { now, advance } = fakeClock()
  const defaults = { trip: consecutiveFailures(2), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
  const current: Fetch = (...call) => globalThis.fetch(...call)
  const inner = order === 'inside' ? plugin(current) : current
  const guarded = protectFetch(inner, { defaults })
  const fetch = order === 'inside' ? guarded : plugin(guarded as Fetch)
  const get = async () => (await fetch(service.origin)).text()
  return { get, breaker: guarded.registry.get(service.origin), advance }
}

describe.each(Object.entries(plugins))('%s', (name, plugin) => {
  describe.each(['inside', 'around'])('%s the protection', (order) => {
    test('while closed, a request is one call and gets its response', async () => {
      const { get, breaker } = combined(plugin, order)
      expect(await get()).toBe('hello')
      expect(requests).toEqual(['/'])
      expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 0, rejected: 0 })
    })

    test('failures open the breaker, nothing is sent while it is open, and one probe closes it', async () => {
      const { get, breaker, advance } = combined(plugin, order)
      isDown = true
      for (let n = 0; n < 2; n++) await get()
      expect(await errorOf(get())).toBeInstanceOf(CircuitOpenError)
      expect(requests).toHaveLength(2)
      isDown = false
      advance(1_000)
      expect(await get()).toBe('hello')
      expect(requests).toHaveLength(3)
      expect(breaker.state).toBe('closed')
    })

    if (name === 'fetch-cookie') {
      test('the cookie of a response is sent with the next request', async () => {
        const { get } = combined(plugin, order)
        await get()
        await get()
        expect(requests).toEqual(['/', '/ session=1'])
      })
    }
  })
})
