import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { type HealthOptions, health } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(() => server.close())

const clock = fakeClock()

function openingAtOnce(name: string): CircuitBreaker {
  return new CircuitBreaker({ name, trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now })
}

describe.each(versions)('health on $name', ({ express }) => {
  async function serve(options: HealthOptions): Promise<(path: string) => Promise<[number, unknown]>> {
    const app = quietApp(express)
    app.use('/health', health(options))
    server = await listen(app)
    return async (path) => {
      const response = await fetch(`${server.origin}/health${path}`)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-type')).toBe('application/json')
      return [response.status, await response.json()]
    }
  }

  test('liveness is 200 in every state of the breakers', async () => {
    const payments = openingAtOnce('payments')
    payments.forceOpen()
    const ask = await serve({ breakers: [payments], critical: ['payments'], details: true })
    expect(await ask('/live')).toEqual([200, { status: 'ok' }])
  })

  test('readiness follows a critical breaker: closed and half-open are ready, open is not', async () => {
    const payments = openingAtOnce('payments')
    const ask = await serve({ breakers: [payments], critical: ['payments'] })
    expect(await ask('/ready')).toEqual([200, { status: 'ok' }])
    payments.acquire().failure()
    expect(await ask('/ready')).toEqual([503, { status: 'unavailable' }])
    expect(await ask('')).toEqual([503, { status: 'unavailable' }])
    expect(await ask('/?verbose=1')).toEqual([503, { status: 'unavailable' }])
    clock.advance(1_000)
    expect(await ask('/ready?x=/live')).toEqual([200, { status: 'ok' }])
    expect(payments.state).toBe('half-open')
    payments.forceOpen()
    expect(await ask('/ready')).toEqual([503, { status: 'unavailable' }])
    payments.forceClosed()
    expect(await ask('/ready')).toEqual([200, { status: 'ok' }])
  })

  test('a breaker that is not critical does not affect readiness', async () => {
    const [payments, avatars] = [openingAtOnce('payments'), openingAtOnce('avatars')]
    avatars.forceOpen()
    const ask = await serve({ breakers: [payments, avatars], critical: ['payments'] })
    expect(await ask('/ready')).toEqual([200, { status: 'ok' }])
  })

  test('readiness depends on each breaker of a critical name', async () => {
    const [one, other] = [openingAtOnce('payments'), openingAtOnce('payments')]
    one.forceOpen()
    const ask = await serve({ breakers: new Set([one, other]), critical: ['payments'] })
    expect((await ask('/ready'))[0]).toBe(503)
  })

  test('breakers that a registry creates later are included', async () => {
    const registry = new CircuitBreakerRegistry()
    const ask = await serve({ registry, critical: ['payments'] })
    expect((await ask('/ready'))[0]).toBe(503)
    registry.get('payments')
    expect(await ask('/ready')).toEqual([200, { status: 'ok' }])
    registry.get('payments').forceOpen()
    expect(await ask('/ready')).toEqual([503, { status: 'unavailable' }])
  })

  test('details have a summary of each breaker, and a request does not change it', async () => {
    const payments = openingAtOnce('payments')
    payments.acquire().success()
    payments.acquire().failure()
    payments.tryAcquire()
    const before = payments.snapshot()
    const ask = await serve({ breakers: [payments, openingAtOnce('avatars')], details: true })
    const zero = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
    for (const path of ['', '/', '/ready']) {
      expect(await ask(path)).toEqual([
        200,
        {
          status: 'ok',
          critical: [],
          breakers: [
            {
              name: 'payments',
              state: 'open',
              retryAfterMs: 1_000,
              totals: { ...zero, success: 1, failure: 1, rejected: 1 },
              opens: 1,
              closes: 0,
              override: null,
              reason: 'consecutive-failures',
            },
            {
              name: 'avatars',
              state: 'closed',
              retryAfterMs: 0,
              override: null,
              totals: zero,
              opens: 0,
              closes: 0,
              reason: null,
            },
          ],
          truncated: false,
        },
      ])
    }
    expect(payments.snapshot()).toEqual(before)
  })

  test('details have a limit, but readiness includes every breaker', async () => {
    const breakers = Array.from({ length: 1_001 }, (_, n) => openingAtOnce(`host-${n}`))
    breakers[1_000]?.forceOpen()
    const ask = await serve({ breakers, critical: ['host-1000'], details: true })
    const [status, body] = await ask('/ready')
    expect(status).toBe(503)
    expect(body).toMatchObject({ truncated: true, critical: [{ name: 'host-1000', state: 'open' }] })
    expect((body as { breakers: unknown[] }).breakers).toHaveLength(1_000)
    breakers.pop()
    expect(await ask('/ready')).toMatchObject([200, { truncated: false }])
  })

  test('details have a size limit, also with long names', async () => {
    const breakers = Array.from({ length: 20 }, (_, n) => openingAtOnce(`${n}${'x'.repeat(100_000)}`))
    const ask = await serve({ breakers, details: true })
    const [, body] = (await ask('/ready')) as [number, { breakers: unknown[]; truncated: boolean }]
    expect([body.breakers.length, body.truncated]).toEqual([9, true])
  })

  test('a HEAD gets the status alone; other methods and paths go to the next handler', async () => {
    const ask = await serve({ breakers: [] })
    const status = async (method: string, path: string) => {
      const response = await fetch(`${server.origin}/health${path}`, { method })
      return [response.status, method === 'HEAD' ? await response.text() : '']
    }
    expect(await status('HEAD', '/live')).toEqual([200, ''])
    expect(await status('HEAD', '/ready')).toEqual([200, ''])
    expect(await status('POST', '/live')).toEqual([404, ''])
    expect(await status('GET', '/else')).toEqual([404, ''])
    expect(await status('GET', '/live/more')).toEqual([404, ''])
    expect(await ask('/live')).toEqual([200, { status: 'ok' }])
  })
})
