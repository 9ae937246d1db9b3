import { consecutiveFailures } from '@cb/core'
import { type Dependency, dependency } from '@cb/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())

/** A breaker that has just opened, at the time 0. */
async function opened(openDuration: number) {
  const fetch = protectFetch({
    whenOpen: 'respond',
    defaults: { trip: consecutiveFailures(1), openDuration, now: () => 0 },
  })
  await fetch(`${service.origin}/status/500`)
  return fetch
}

test('with whenOpen: respond, a rejected call gets a 503 with problem details, and nothing is sent', async () => {
  const fetch = await opened(20_000)
  const { requests } = service
  const response = await fetch(service.origin)
  expect(response).toBeInstanceOf(Response)
  expect(response).toMatchObject({ status: 503, statusText: 'Service Unavailable', ok: false })
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': 'application/problem+json',
    'retry-after': '20',
    'stripe-should-retry': 'false',
    'x-should-retry': 'false',
  })
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: `${service.origin} is open: 1 failure (last: HTTP_500); retry after 20 s`,
    code: 'ECIRCUITOPEN',
    breaker: service.origin,
    reason: 'open',
    retryAfterMs: 20_000,
    error: { type: 'api_error', code: 'ECIRCUITOPEN', message: expect.stringContaining('is open') },
  })
  expect(service.requests).toBe(requests)
  expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ rejected: 1, failure: 1 })
})

test.each([
  [1, '1'],
  [1_001, '2'],
])('an open duration of %i ms is a Retry-After of %s s', async (openDuration, seconds) => {
  const { headers } = await (await opened(openDuration))(service.origin)
  expect(headers.get('retry-after')).toBe(seconds)
})

test('a circuit that is forced open answers without Retry-After', async () => {
  const fetch = protectFetch({ whenOpen: 'respond' })
  fetch.registry.get(service.origin).forceOpen()
  const response = await fetch(service.origin)
  expect(response.headers.has('retry-after')).toBe(false)
  expect(await response.json()).toMatchObject({ reason: 'forced-open', retryAfterMs: null })
})

test('a fallback goes before whenOpen: respond, and gets the error', async () => {
  const fetch = await opened(20_000)
  const fallback = (error: unknown) => new Response((error as { code: string }).code)
  const response = await fetch(service.origin, { circuitBreaker: { fallback } })
  expect([response.status, await response.text()]).toEqual([200, 'ECIRCUITOPEN'])
})

test('a call that fails rejects also with whenOpen: respond', async () => {
  const fetch = protectFetch({ whenOpen: 'respond' })
  await expect(fetch(`${service.origin}/reset`)).rejects.toThrow('fetch failed')
})
