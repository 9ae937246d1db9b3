import { type CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import type { Identity } from '@cb/operator-http'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { act, ask, Reader } from './client.ts'
import { settle } from './opened.ts'

let registry: CircuitBreakerRegistry
let payments: CircuitBreaker
let page: Dashboard
let server: Listening

beforeEach(() => {
  registry = new CircuitBreakerRegistry()
  payments = registry.get('payments')
})
afterEach(async () => {
  vi.useRealTimers()
  page.close()
  await server.close()
})

async function serve(authorize?: () => Identity | Promise<Identity>) {
  page = dashboard({ registry, ...(authorize && { authorize }) })
  server = await listen((request, response) => page(request, response))
}

const body = (action: string, more: object = {}) => ({ action, breaker: 'payments', note: 'deploy 42', ...more })

describe('an action', () => {
  test('is rejected without authorize', async () => {
    await serve()
    expect(await act(server, '/act', body('force-open'))).toMatchObject({ status: 403 })
    expect(payments.state).toBe('closed')
  })

  test.each<Identity>([false, null, undefined, '', { who: null }])(
    'is rejected if authorize returns %j',
    async (identity) => {
      await serve(async () => identity)
      expect(await act(server, '/act', body('force-open'))).toMatchObject({ status: 403 })
      expect(payments.state).toBe('closed')
    },
  )

  test('is a transition that says who and why', async () => {
    await serve(() => ({ who: 'ada' }))
    const seen: unknown[] = []
    payments.on('transition', ({ to, cause, note }) => seen.push([to, cause, note]))
    for (const [action, state] of [
      ['force-open', 'open'],
      ['resume', 'closed'],
      ['force-open', 'open'],
      ['probe-now', 'half-open'],
      ['reset', 'closed'],
    ] as const) {
      const answer = await act(server, '/act', body(action))
      expect([answer.status, answer.json]).toEqual([200, { state }])
    }
    expect(seen).toEqual(
      ['open', 'closed', 'open', 'half-open', 'closed'].map((to) => [to, 'manual', 'deploy 42 (by ada)']),
    )
  })

  test('forces closed an open breaker, for a time', async () => {
    await serve(() => 'ada')
    settle(payments, 0, 10)
    expect((await act(server, '/act', body('force-closed', { for: 60_000 }))).json).toEqual({ state: 'closed' })
    expect(payments.snapshot().override).toMatchObject({ state: 'closed', note: 'deploy 42 (by ada)' })
    expect(payments.snapshot().override?.expiresInMs).toBeGreaterThan(50_000)
  })

  test('is seen at once by every open page', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }) // no turn comes by itself
    await serve(() => 'ada')
    const reader = await Reader.open(server, '/stream')
    await reader.snapshot()
    await act(server, '/act', body('force-open'))
    expect((await reader.delta()).heads[0]?.slice(5, 7)).toEqual([
      'opened: forced by an operator. Note: deploy 42 (by ada)',
      'deploy 42 (by ada)',
    ])
    reader.close()
  })

  test.each([
    [{}, 'action must be one of force-open, force-closed, resume, reset, probe-now, got undefined'],
    [body('open'), 'action must be one of force-open, force-closed, resume, reset, probe-now, got "open"'],
    [body('reset', { note: undefined }), 'note must be 1 to 200 characters on one line, got undefined'],
    [body('reset', { note: ' ' }), 'note must be 1 to 200 characters on one line, got " "'],
    [body('reset', { note: 'a\nb' }), 'note must be 1 to 200 characters on one line, got "a\\nb"'],
    [body('reset', { for: 1 }), 'for has no meaning for reset'],
    [body('force-open', { for: -1 }), 'for must be a number of milliseconds > 0, got -1'],
    [body('force-open', { breaker: 1 }), 'breaker must be a string, got 1'],
    [
      body('force-open', { state: 'x' }),
      'unknown option "state" in the body; known options: action, breaker, note, for, scope',
    ],
  ])('that is incomplete is a 400 that names the field: %#', async (action, detail) => {
    await serve(() => 'ada')
    const answer = await act(server, '/act', action)
    expect([answer.status, answer.json.detail]).toEqual([400, detail])
    expect(payments.snapshot().lastTransition).toBe(null)
  })

  test('on a breaker that is not there is a 404, and creates none', async () => {
    await serve(() => 'ada')
    expect((await act(server, '/act', { ...body('reset'), breaker: 'other' })).status).toBe(404)
    expect(registry.size).toBe(1)
  })
})

describe('a page of another origin', () => {
  test.each([
    ['a script of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }, 403],
    ['a script of another subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.example.com' }, 403],
    ['an old browser', { 'Sec-Fetch-Site': [], Origin: 'https://evil.example' }, 403],
    ['a form', { 'Content-Type': 'text/plain' }, 415],
  ])("can't act as %s", async (_what, headers, status) => {
    await serve(() => 'ada')
    expect((await act(server, '/act', body('force-open'), headers)).status).toBe(status)
    expect(payments.state).toBe('closed')
  })

  test("can't act with GET", async () => {
    await serve(() => 'ada')
    expect((await ask(server, 'GET', '/act?action=force-open&breaker=payments&note=x')).status).toBe(405)
  })
})
