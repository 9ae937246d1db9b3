import { Agent, get } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CircuitBreaker } from '@cb/core'
import { deferred, type Listening, listen, until } from '@cb/test-kit'
import type { Response } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { guard } from '../src/index.ts'
import { probingBreaker } from './probing-breaker.ts'
import { quietApp, versions } from './versions.ts'
import { sendRaw, settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }

describe.each(versions)('connections and permits on $name', ({ express }) => {
  /** Serves one guarded handler for all paths; returns the responses that the handler gets. */
  async function serve(breaker: CircuitBreaker, handle: (res: Response) => unknown): Promise<Response[]> {
    const handled: Response[] = []
    const app = quietApp(express)
    app.use(guard({ breaker }), (_req, res) => {
      handled.push(res)
      return handle(res)
    })
    server = await listen(app)
    return handled
  }

  test('requests that share a keep-alive connection are counted one by one', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, (res) => void res.sendStatus(handled.length % 2 ? 200 : 500))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 1; n <= 6; n++) {
      await new Promise<void>((resolve) => get(server.origin, { agent }, (res) => res.resume().on('end', resolve)))
      await settledOf(breaker, n)
    }
    expect(new Set(handled.map(({ req }) => req.socket)).size).toBe(1)
    expect(breaker.snapshot().totals).toEqual({ ...none, success: 3, failure: 3 })
    agent.destroy()
  })

  test('pipelined requests are counted one by one', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const first = deferred()
    const handled = await serve(breaker, async (res) => {
      if (res.req.url === '/1') await first.promise
      res.sendStatus(res.req.url === '/3' ? 500 : 200)
    })
    const paths = Array.from({ length: 30 }, (_, n) => `/${n + 1}`)
    const client = await sendRaw(server.port, ...paths)
    await until(() => handled.length === 30)
    expect(breaker.snapshot().totals).toEqual(none)
    first.resolve()
    expect(await settledOf(breaker, 30)).toEqual({ ...none, success: 29, failure: 1 })
    await until(() => client.received().split('HTTP/1.1 ').length === 31)
    client.socket.destroy()
    await until(() => handled[0]?.req.socket.destroyed === true)
    expect(breaker.snapshot().totals).toEqual({ ...none, success: 29, failure: 1 })
  })

  test('pipelined requests that wait for their turn release their permits when the connection ends', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, (res) => {
      res.req.resume()
      if (res.req.url === '/2') res.sendStatus(500)
    })
    const { socket } = await sendRaw(server.port, '/1', '/2', '/3')
    await until(() => handled.length === 3)
    socket.destroy()
    expect(await settledOf(breaker, 3)).toEqual({ ...none, ignored: 3 })
  })

  test('pipelined requests that wait are ignored when the handler before them cuts the connection', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, () => {})
    await sendRaw(server.port, '/1', '/2', '/3')
    await until(() => handled.length === 3)
    handled[0]?.destroy()
    expect(await settledOf(breaker, 3)).toEqual({ ...none, failure: 1, ignored: 2 })
  })

  test('a pipelined response can be collected once it has been sent, while its connection stays open', async () => {
    const references: WeakRef<Response>[] = []
    const app = quietApp(express)
    app.use(guard({ name: 'reports' }), (_req, res) => {
      references.push(new WeakRef(res))
      setImmediate(() => res.send('ok'))
    })
    server = await listen(app)
    const client = await sendRaw(server.port, '/1', '/2', '/3', '/4')
    await until(() => client.received().split('ok').length === 5)
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await until(() => {
      collect()
      return references.slice(0, 3).every((reference) => reference.deref() === undefined)
    })
    expect(client.socket.destroyed).toBe(false)
  })

  test('a pipelined response is a failure if its handler cuts it during its turn', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, (res) => {
      if (res.req.url === '/1') setImmediate(() => res.send('ok'))
    })
    const client = await sendRaw(server.port, '/1', '/2')
    await until(() => handled.length === 2 && client.received().includes('ok'))
    handled[1]?.destroy()
    expect(await settledOf(breaker, 2)).toEqual({ ...none, success: 1, failure: 1 })
  })

  test.each([
    ['an invalid body', 'Transfer-Encoding: chunked\r\n\r\nZZZ\r\n'],
    ['a part of its body before it leaves', 'Content-Length: 10\r\n\r\nabc'],
  ])('a client that sends %s is ignored', async (_what, rest) => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, (res) => res.req.resume())
    const { socket } = await sendRaw(server.port)
    socket.write(`POST / HTTP/1.1\r\nHost: test\r\n${rest}`)
    await until(() => handled.length === 1)
    socket.end()
    expect(await settledOf(breaker, 1)).toEqual({ ...none, ignored: 1 })
  })

  test('a request whose client has left before the guard takes no permit', async () => {
    const breaker = probingBreaker({ maxConcurrent: 1, successThreshold: 1 })
    const passed = deferred()
    const app = quietApp(express)
    app.use((_req, res, next) => void res.on('close', () => setImmediate(next)))
    app.use(guard({ breaker }), () => passed.resolve())
    server = await listen(app)
    const { socket } = await sendRaw(server.port, '/')
    socket.destroy()
    await passed.promise
    expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 0, failures: 0 })
  })

  test('an aborted probe frees its slot', async () => {
    const breaker = probingBreaker({ maxConcurrent: 1, successThreshold: 1 })
    const handled = await serve(breaker, (res) => {
      if (res.req.url === '/quick') res.send('ok')
    })
    for (let n = 1; n <= 20; n++) {
      const { socket } = await sendRaw(server.port, '/slow')
      await until(() => handled.length === n)
      expect((await fetch(server.origin)).status).toBe(503) // the only slot is in use
      socket.destroy()
      await until(() => breaker.snapshot().totals.ignored === n)
      expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 0, failures: 0 })
    }
    expect((await fetch(`${server.origin}/quick`)).status).toBe(200)
    await until(() => breaker.state === 'closed')
  })

  test('thousands of requests leave no permit behind, however they end', { timeout: 60_000 }, async () => {
    const breaker = probingBreaker({ maxConcurrent: 40, successThreshold: 1_000_000 })
    const handled = await serve(breaker, (res) => {
      const kind = res.req.url as string
      if (kind === '/cut') res.write('begun')
      else if (kind !== '/hang') res.send('ok')
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const whole = () =>
      new Promise<void>((resolve, reject) => {
        get(server.origin, { agent }, (res) => res.resume().on('end', resolve)).on('error', reject)
      })
    for (let sent = 0; sent < 2_000; ) {
      const reached = handled.length
      const leavers = await Promise.all([sendRaw(server.port, '/hang'), sendRaw(server.port, '/cut')])
      const wholes = Array.from({ length: 18 }, whole)
      await until(() => handled.length === reached + 20)
      for (const { socket } of leavers) socket.destroy()
      await Promise.all(wholes)
      sent += 20
      await settledOf(breaker, sent + 1)
    }
    agent.destroy()
    const { totals, probes } = breaker.snapshot()
    expect(totals).toEqual({ success: 1_800, failure: 1, ignored: 200, rejected: 0, late: 0 })
    expect(probes).toEqual({ live: 0, successes: 1_800, failures: 0 })
  })
})
