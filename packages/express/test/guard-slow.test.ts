import { anyOf, CircuitBreaker, consecutiveFailures, countWindow, slowCallRate } from '@cb/core'
import { type FakeClock, fakeClock, type Listening, listen, until } from '@cb/test-kit'
import type { Response } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type GuardOptions, guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { sendRaw, settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }

/** Opens when 2 requests take a second. */
function slowBreaker({ now }: FakeClock): CircuitBreaker {
  const slow = slowCallRate({ slowAfter: 1_000, threshold: 1, window: countWindow(2), minimumCalls: 2 })
  const trip = anyOf(consecutiveFailures(2), slow)
  return new CircuitBreaker({ name: 'reports', trip, now })
}

describe.each(versions)('slow responses on $name', ({ express }) => {
  async function serve(options: GuardOptions, handle: (res: Response) => void): Promise<Response[]> {
    const handled: Response[] = []
    const app = quietApp(express)
    app.use(guard(options), (_req, res) => {
      handled.push(res)
      handle(res)
    })
    server = await listen(app)
    return handled
  }

  test('responses that take too long open the breaker, although they are complete and successful', async () => {
    const clock = fakeClock()
    const breaker = slowBreaker(clock)
    await serve({ breaker }, (res) => {
      clock.advance(1_000)
      res.send('at last')
    })
    for (let n = 1; n <= 2; n++) {
      expect((await fetch(server.origin)).status).toBe(200)
      await settledOf(breaker, n)
    }
    expect((await fetch(server.origin)).status).toBe(503)
    expect(breaker.snapshot()).toMatchObject({ totals: { success: 2 }, lastTransition: { reason: 'slow-call-rate' } })
  })

  test('handlers that hang open the breaker while they hang', async () => {
    const clock = fakeClock()
    const breaker = slowBreaker(clock)
    const handled = await serve({ breaker }, () => {})
    const clients = [await sendRaw(server.port, '/'), await sendRaw(server.port, '/')]
    await until(() => handled.length === 2)
    clock.advance(999)
    expect(breaker.state).toBe('closed')
    clock.advance(1)
    expect((await fetch(server.origin)).status).toBe(503)
    for (const { socket } of clients) socket.destroy()
    expect(await settledOf(breaker, 3)).toEqual({ ...none, rejected: 1, late: 2 })
  })

  test('a handler that hangs opens the breaker, even if each client has left before the next request', async () => {
    const clock = fakeClock()
    const breaker = slowBreaker(clock)
    const handled = await serve({ breaker }, () => {})
    let settled = 0
    breaker.on('outcome', () => settled++)
    for (let n = 1; n <= 2; n++) {
      const { socket } = await sendRaw(server.port, '/')
      await until(() => handled.length === n)
      clock.advance(5_000)
      socket.destroy()
      await until(() => settled === n) // not by a snapshot, which would check the calls in flight
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'open', lastTransition: { reason: 'slow-call-rate' } })
  })

  test('requests whose clients leave before they are slow are ignored', async () => {
    const clock = fakeClock()
    const breaker = slowBreaker(clock)
    const handled = await serve({ breaker }, () => {})
    for (let n = 1; n <= 4; n++) {
      const { socket } = await sendRaw(server.port, '/')
      await until(() => handled.length === n)
      clock.advance(999)
      socket.destroy()
      await settledOf(breaker, n)
    }
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      totals: { ignored: 4 },
      window: { policies: [{}, { calls: 0 }] },
    })
  })

  test('an event stream that settles with its headers is not slow, however long it stays open', async () => {
    const clock = fakeClock()
    const breaker = slowBreaker(clock)
    await serve({ breaker, settleAt: 'headers' }, (res) => void res.type('text/event-stream').write('data: 1\n\n'))
    for (let n = 1; n <= 3; n++) {
      await fetch(server.origin)
      clock.advance(3_600_000)
    }
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      totals: { success: 3 },
      window: { policies: [{}, { slowCalls: 0 }] },
    })
  })
})
