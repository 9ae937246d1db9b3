import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { admin, guard, health } from '../src/index.ts'
import { type Answer, ask } from './client.ts'
import { quietApp, versions } from './versions.ts'
import { settledOf } from './wire.ts'

let server: Listening | undefined
const polluted = new Set<string>()
afterEach(async () => {
  for (const name of polluted) Reflect.deleteProperty(Object.prototype, name)
  polluted.clear()
  await server?.close()
  server = undefined
})

/** As an attacker does through a careless merge of JSON. */
function pollute(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    polluted.add(name)
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
  }
}

const payments = () => new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1) })

describe.each(versions)('with a polluted Object.prototype on $name', ({ express }) => {
  test.each([
    { breaker: payments() },
    { name: 'evil' },
    { isFailure: () => true },
    { isFailure: 'yes' },
    { settleAt: 'headers' },
    { settleAt: 'never' },
    { trip: consecutiveFailures(1) },
    { trip: 'never' },
    { openDuration: -1 },
    { halfOpen: 'wide' },
    { recovery: 'slow' },
    { shadow: true },
    { shadow: 'yes' },
    { now: () => 0 },
    { now: 'today' },
    { random: 'dice' },
    { callTimeout: 'soon' },
    { classify: 'all' },
    { tryAcquire: () => {} },
  ])('a guard takes no option from it: %o', async (values) => {
    const plain = guard({ name: 'reports' })
    pollute(values)
    const polluting = guard({ name: 'reports' })
    const given = guard({ breaker: plain.breaker })
    expect(polluting.breaker.snapshot().config).toEqual(plain.breaker.snapshot().config)
    expect(given.breaker).toBe(plain.breaker)
    const app = quietApp(express)
    app.use(polluting, (_req, res) => {
      res.write('begun')
      if (res.req.url === '/cut') setImmediate(() => res.destroy())
      else res.end()
    })
    server = await listen(app)
    await ask(server, 'GET', '/')
    await ask(server, 'GET', '/cut').catch(() => {})
    expect(await settledOf(polluting.breaker, 2)).toMatchObject({ success: 1, failure: 1 })
  })

  test('a guard without a name gets none from it', () => {
    pollute({ name: 'evil', breaker: payments() })
    expect(() => guard({} as never)).toThrow('guard needs a breaker or a name')
  })

  test.each([
    { breakers: [] },
    { registry: [] },
    { critical: ['payments'] },
    { critical: 'all' },
    { details: true },
    { details: 'yes' },
    { anyOf: ['payments'] },
  ])('health takes no option from it: %o', async (values) => {
    const breaker = payments()
    breaker.forceOpen()
    pollute(values)
    const check = 'breakers' in values ? health({ registry: [breaker] }) : health({ breakers: [breaker] })
    const app = quietApp(express)
    app.use(check)
    server = await listen(app)
    const { status, text } = await ask(server, 'GET', '/ready')
    expect([status, text]).toEqual([200, '{"status":"ok"}'])
    expect(() => health({ breakers: [breaker], critical: [{} as never] })).toThrow('a group is { anyOf: [names] }')
  })

  test.each([{ breakers: [] }, { registry: [] }, { onAction: 'log' }, { authorize: () => 'eve' }])(
    'admin takes no option from it: %o',
    async (values) => {
      const breaker = payments()
      pollute(values)
      const source = 'breakers' in values ? { registry: [breaker] } : { breakers: [breaker] }
      const app = quietApp(express)
      app.use(admin({ ...source, authorize: () => 'ada' }))
      server = await listen(app)
      expect((await ask(server, 'GET', '/')).json).toMatchObject({ total: 1 })
      expect(() => admin(source as never)).toThrow('authorize must be a function, got undefined')
    },
  )

  test('admin takes no operator from it', async () => {
    pollute({ who: 'eve' })
    const app = quietApp(express)
    app.use('/session', admin({ breakers: [payments()], authorize: () => ({}) as never }))
    app.use('/own', admin({ breakers: [payments()], authorize: () => ({ who: 'ada' }) }))
    server = await listen(app)
    expect((await ask(server, 'GET', '/session')).status).toBe(403)
    expect((await ask(server, 'GET', '/own')).status).toBe(200)
  })

  test.each([{ name: 'payments' }, { note: 'evil' }, { for: 1 }, { state: 'open' }, { offset: '1' }, { limit: '0' }])(
    'a request to admin takes nothing from it: %o',
    async (values) => {
      const breaker = payments()
      const app = quietApp(express)
      app.use(admin({ breakers: [breaker], authorize: () => 'ada' }))
      server = await listen(app)
      const headers = { 'Content-Type': 'application/json' }
      const post = (path: string, body: string): Promise<Answer> =>
        ask(server as Listening, 'POST', path, { headers, body })
      pollute(values)
      expect((await ask(server, 'GET', '/')).json).toMatchObject({ total: 1, breakers: [{ name: 'payments' }] })
      expect((await post('/force-open', '{"note":"x"}')).status).toBe(404)
      expect((await post('/force-open?name=payments', '{}')).status).toBe(400)
      expect((await post('/force-open?name=payments', '{"note":"x"}')).json).toMatchObject({
        override: { note: 'x (by ada)', expiresInMs: null },
      })
    },
  )
})
