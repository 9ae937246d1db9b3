import { CircuitBreaker } from '@cb/core'
import { type Listening, listen, until } from '@cb/test-kit'
import type { Response } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type GuardOptions, guard } from '../src/index.ts'
import { probingBreaker } from './probing-breaker.ts'
import { quietApp, versions } from './versions.ts'
import { sendRaw, settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
const settleAt = 'headers'

describe.each(versions)('a guard that settles with the headers on $name', ({ express }) => {
  /** Serves nested guards and a handler; returns the responses that the handler gets. */
  async function serve(guards: GuardOptions[], handle: (res: Response) => unknown): Promise<Response[]> {
    const handled: Response[] = []
    const app = quietApp(express)
    for (const options of guards) app.use(guard(options))
    app.use((_req, res) => {
      handled.push(res)
      handle(res)
    })
    server = await listen(app)
    return handled
  }

  test.each([
    ['written to', (res: Response) => res.write('begun')],
    ['flushed', (res: Response) => res.flushHeaders()],
    [
      'given its headers by writeHead',
      (res: Response) => res.writeHead(200, 'Fine', { 'Content-Type': 'text/event-stream' }).write(':'),
    ],
    ['given its headers by writeHead as a list', (res: Response) => res.writeHead(200, ['X-A', '1']).write(':')],
    ['sent completely', (res: Response) => res.send('ok')],
  ])('counts a response once, when it is %s, and not by its end', async (_how, begin) => {
    const breaker = new CircuitBreaker({ name: 'events' })
    const handled = await serve([{ breaker, settleAt }], begin)
    const client = await sendRaw(server.port, '/')
    await until(() => handled.length === 1)
    expect(breaker.snapshot().totals).toEqual({ ...none, success: 1 })
    await until(() => client.received().startsWith('HTTP/1.1 200'))
    client.socket.destroy()
    await until(() => handled[0]?.req.socket.destroyed === true)
    await sendRaw(server.port, '/')
    expect(await settledOf(breaker, 2)).toEqual({ ...none, success: 2 })
  })

  test('streams that stay open can close a half-open breaker', async () => {
    const breaker = probingBreaker({ maxConcurrent: 1, successThreshold: 3 })
    await serve([{ breaker, settleAt }], (res) => res.type('text/event-stream').write('data: 1\n\n'))
    for (let n = 1; n <= 3; n++) expect((await fetch(server.origin)).status).toBe(200)
    expect(breaker.state).toBe('closed')
  })

  test('a stream that the server cuts off after its headers is not counted again', async () => {
    const breaker = new CircuitBreaker({ name: 'events' })
    const handled = await serve([{ breaker, settleAt }], (res) =>
      res.write('begun', () => res.destroy(new Error('cut'))),
    )
    await sendRaw(server.port, '/')
    await until(() => handled[0]?.closed === true)
    expect(breaker.snapshot().totals).toEqual({ ...none, success: 1 })
  })

  test('a failure before the headers counts: by the status, by an invalid header, by an error', async () => {
    const breaker = new CircuitBreaker({ name: 'events' })
    await serve([{ breaker, settleAt }], (res) => {
      if (res.req.url === '/status') res.sendStatus(502)
      else if (res.req.url === '/header') res.writeHead(200, { 'X-Bad': 'a\nb' })
      else throw new Error('broken')
    })
    for (const path of ['/status', '/header', '/thrown']) await (await fetch(server.origin + path)).text()
    expect(breaker.snapshot().totals).toEqual({ ...none, failure: 3 })
  })

  test('a response that closes without headers is ignored if the client left, and a failure if the server cuts it off', async () => {
    const breaker = new CircuitBreaker({ name: 'events' })
    const handled = await serve([{ breaker, settleAt }], (res) => void (res.req.url === '/cut' && res.destroy()))
    const { socket } = await sendRaw(server.port, '/')
    await until(() => handled.length === 1)
    socket.destroy()
    expect(await settledOf(breaker, 1)).toEqual({ ...none, ignored: 1 })
    await sendRaw(server.port, '/cut')
    expect(await settledOf(breaker, 2)).toEqual({ ...none, ignored: 1, failure: 1 })
  })

  test('a pipelined response counts when its headers are written, before its turn', async () => {
    const breaker = new CircuitBreaker({ name: 'events' })
    const handled = await serve([{ breaker, settleAt }], (res) => res.req.url === '/2' && res.send('ok'))
    const { socket } = await sendRaw(server.port, '/1', '/2')
    await until(() => handled.length === 2)
    expect(breaker.snapshot().totals).toEqual({ ...none, success: 1 })
    socket.destroy()
    expect(await settledOf(breaker, 2)).toEqual({ ...none, success: 1, ignored: 1 })
  })

  test('inside a guard of the same breaker it decides when the permit settles, and the outer isFailure decides how', async () => {
    const breaker = new CircuitBreaker({ name: 'api' })
    const other = new CircuitBreaker({ name: 'other' })
    const isFailure = (res: { statusCode: number }) => res.statusCode === 404
    await serve([{ breaker, isFailure }, { breaker: other }, { breaker, settleAt }], (res) =>
      res.status(404).write('-'),
    )
    await fetch(server.origin)
    expect(breaker.snapshot().totals).toEqual({ ...none, failure: 1 })
    expect(other.snapshot().totals).toEqual(none)
  })

  test('a rejection by another guard is ignored', async () => {
    const [outer, inner] = ['outer', 'inner'].map((name) => new CircuitBreaker({ name })) as [
      CircuitBreaker,
      CircuitBreaker,
    ]
    inner.forceOpen()
    await serve(
      [
        { breaker: outer, settleAt },
        { breaker: inner, settleAt },
      ],
      () => {},
    )
    expect((await fetch(server.origin)).status).toBe(503)
    expect(outer.snapshot().totals).toEqual({ ...none, ignored: 1 })
  })
})
