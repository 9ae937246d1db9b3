import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { admin } from '../src/index.ts'
import { type Answer, ask } from './client.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(() => server.close())

describe.each(versions)("admin's list on $name", ({ express }) => {
  async function serve(breakers: Iterable<CircuitBreaker>): Promise<void> {
    const app = quietApp(express)
    app.use('/admin/breakers', admin({ registry: breakers, authorize: () => 'ada' }))
    server = await listen(app)
  }

  const read = (path: string): Promise<Answer> => ask(server, 'GET', `/admin/breakers${path}`)

  test('the list has a summary of each breaker, sorted by name', async () => {
    const [b, a] = ['b', 'a'].map((name) => new CircuitBreaker({ name, now: fakeClock().now }))
    await serve([b as CircuitBreaker, a as CircuitBreaker])
    b?.acquire().success()
    b?.forceOpen('deploy', { for: 60_000 })
    const totals = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
    const one = {
      name: 'a',
      state: 'closed',
      retryAfterMs: 0,
      totals,
      opens: 0,
      closes: 0,
      override: null,
      reason: null,
    }
    const override = { state: 'open', note: 'deploy', since: 0, expiresInMs: 60_000 }
    const other = { name: 'b', state: 'open', retryAfterMs: 60_000, totals: { ...totals, success: 1 }, opens: 1 }
    const { status, headers, json } = await read('')
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(json).toEqual({ breakers: [one, { ...one, ...other, override, reason: 'forced' }], total: 2, next: null })
  })

  test('the list has pages, and can be filtered by state', async () => {
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), openDuration: 60_000 } })
    for (let n = 0; n < 250; n++) registry.get(`host-${String(n).padStart(3, '0')}`)
    for (const name of ['host-007', 'host-200']) registry.get(name).acquire().failure()
    registry.get('host-000').acquire().success()
    await serve(registry)
    const names = ({ json }: Answer) => (json as { breakers: { name: string }[] }).breakers.map(({ name }) => name)
    const pages = []
    for (const path of ['/', '/?offset=100', '?offset=200', '/?offset=250&limit=1000']) pages.push(await read(path))
    expect(pages.map(({ json }) => json)).toMatchObject([
      { total: 250, next: 100 },
      { total: 250, next: 200 },
      { total: 250, next: null },
      { total: 250, next: null },
    ])
    const all = pages.flatMap(names)
    expect(all).toEqual([...all].sort())
    expect(new Set(all).size).toBe(250)
    expect(names(await read('/?state=open'))).toEqual(['host-007', 'host-200'])
    expect(names(await read('/?state=half-open'))).toEqual([])
    expect((await read('/?state=open&limit=1')).json).toMatchObject({ total: 2, next: 1 })
  })

  test('a page has a size limit, also with long names', async () => {
    const breakers = Array.from({ length: 20 }, (_, n) => new CircuitBreaker({ name: `${n}${'x'.repeat(100_000)}` }))
    await serve(breakers)
    expect((await read('/?limit=1000')).json).toMatchObject({ total: 20, next: 9 })
    await server.close()
    await serve([new CircuitBreaker({ name: 'x'.repeat(2_000_000) })])
    expect((await read('/')).json).toMatchObject({ breakers: [{}], total: 1, next: null })
  })

  test.each([
    ['state=broken', 'state must be closed or open or half-open, got "broken"'],
    ['offset=-1', 'offset must be an integer >= 0, got -1'],
    ['limit=0', 'limit must be an integer from 1 to 1000, got 0'],
    ['limit=1001', 'limit must be an integer from 1 to 1000, got 1001'],
    ['limit=all', 'limit must be an integer from 1 to 1000, got NaN'],
    ['sate=open', 'unknown option "sate" in the query; known options: state, offset, limit'],
  ])('the list rejects %s', async (query, detail) => {
    await serve([])
    const { status, headers, json } = await read(`/?${query}`)
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
    expect(json).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400, detail })
  })
})
