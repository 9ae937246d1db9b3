import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { fakeClock, type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { type HealthOptions, health } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(() => server.close())

describe.each(versions)('critical breakers on $name', ({ express }) => {
  async function serve(options: HealthOptions): Promise<() => Promise<[number, unknown]>> {
    const app = quietApp(express)
    app.use('/health', health(options))
    server = await listen(app)
    return async () => {
      const response = await fetch(`${server.origin}/health/ready`)
      return [response.status, await response.json()]
    }
  }

  const named = (name: string) => new CircuitBreaker({ name })

  test('a critical name that no breaker has makes readiness 503, with the reason', async () => {
    const ask = await serve({ breakers: [named('payments')], critical: ['payments', 'paymnets', 'a<b\n'] })
    const reason = 'no breaker has the critical name "paymnets", "a<b\\n"'
    expect(await ask()).toEqual([503, { status: 'unavailable', reason }])
    expect((await fetch(`${server.origin}/health/live`)).status).toBe(200)
  })

  test('the reason appears beside the details, which have the state unknown', async () => {
    const ask = await serve({ registry: new CircuitBreakerRegistry(), critical: ['payments'], details: true })
    expect(await ask()).toEqual([
      503,
      {
        status: 'unavailable',
        reason: 'no breaker has the critical name "payments"',
        critical: [{ name: 'payments', state: 'unknown' }],
        breakers: [],
        truncated: false,
      },
    ])
  })

  test('a critical breaker that a registry has evicted counts as closed', async () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({ idleTtl: 1_000, defaults: { now: clock.now } })
    registry.get('payments')
    const ask = await serve({ registry, critical: ['payments'], details: true })
    expect(await ask()).toMatchObject([200, { breakers: [{ name: 'payments' }] }])
    clock.advance(10_000)
    registry.get('other')
    expect(registry.has('payments')).toBe(false)
    expect(await ask()).toMatchObject([200, { critical: [{ name: 'payments', state: 'closed' }] }])
  })

  test('a group makes readiness 503 only while all of its breakers are open', async () => {
    const [a, b, payments] = ['mail-a', 'mail-b', 'payments'].map(named) as [
      CircuitBreaker,
      CircuitBreaker,
      CircuitBreaker,
    ]
    const ask = await serve({
      breakers: [b, a, payments],
      critical: ['payments', { anyOf: ['mail-a', 'mail-b'] }],
      details: true,
    })
    a.forceOpen()
    expect(await ask()).toMatchObject([
      200,
      {
        critical: [
          { name: 'payments', state: 'closed' },
          {
            anyOf: [
              { name: 'mail-a', state: 'open' },
              { name: 'mail-b', state: 'closed' },
            ],
          },
        ],
      },
    ])
    b.forceOpen()
    expect((await ask())[0]).toBe(503)
    a.forceClosed()
    expect((await ask())[0]).toBe(200)
    payments.forceOpen()
    expect((await ask())[0]).toBe(503)
  })

  test('a half-open breaker of a group is not out', async () => {
    const clock = fakeClock()
    const a = new CircuitBreaker({ name: 'mail-a', openDuration: 1_000, now: clock.now })
    const b = named('mail-b')
    b.forceOpen()
    for (let n = 0; n < 10; n++) a.acquire().failure()
    const ask = await serve({ breakers: [a, b], critical: [{ anyOf: ['mail-a', 'mail-b'] }] })
    expect((await ask())[0]).toBe(503)
    clock.advance(1_000)
    expect((await ask())[0]).toBe(200)
  })

  test('a name in a group that no breaker has makes readiness 503, with the reason', async () => {
    const ask = await serve({ breakers: [named('mail-a')], critical: [{ anyOf: ['mail-a', 'mail-c'] }] })
    const reason = 'no breaker has the critical name "mail-c"'
    expect(await ask()).toEqual([503, { status: 'unavailable', reason }])
  })

  test('a name may be critical by itself and in a group, and two breakers may share it', async () => {
    const [one, other] = [named('mail-a'), named('mail-a')]
    const ask = await serve({ breakers: [one, other], critical: [{ anyOf: ['mail-a'] }, 'mail-a'], details: true })
    other.forceOpen()
    const states = [
      { name: 'mail-a', state: 'closed' },
      { name: 'mail-a', state: 'open' },
    ]
    expect(await ask()).toMatchObject([503, { critical: [{ anyOf: states }, ...states] }])
  })
})
