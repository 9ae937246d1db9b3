import { createReadStream } from 'node:fs'
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough, pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { CircuitBreaker } from '@cb/core'
import { deferred, type Listening, listen, until } from '@cb/test-kit'
import type { Response } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { sendRaw, settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const none = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
const self = fileURLToPath(import.meta.url)

type Handle = (res: Response) => void

describe.each(versions)('how a response ends on $name', ({ express }) => {
  /** Serves one guarded handler for all paths; returns the responses that the handler gets. */
  async function serve(breaker: CircuitBreaker, handle: Handle): Promise<Response[]> {
    const handled: Response[] = []
    const app = quietApp(express)
    app.use(guard({ breaker }), (_req, res) => {
      handled.push(res)
      return handle(res)
    })
    server = await listen(app)
    return handled
  }

  const hang: Handle = () => {}
  const begin: Handle = (res) => void res.write('begun')

  describe.each([
    ['has not begun', hang],
    ['has begun', begin],
    ['is streaming', (res: Response) => void pipeline(createReadStream('/dev/zero'), res, () => {})],
  ])('a response that %s', (_name, handle) => {
    test.each([
      ['ends the connection', (socket) => socket.end()],
      ['closes the connection', (socket) => socket.destroy()],
      ['resets the connection', (socket) => socket.resetAndDestroy()],
    ] as [string, (socket: Socket) => void][])('is ignored when the client %s', async (_how, leave) => {
      const breaker = new CircuitBreaker({ name: 'reports' })
      const handled = await serve(breaker, handle)
      const { socket } = await sendRaw(server.port, '/')
      await until(() => handled.length === 1)
      leave(socket)
      expect(await settledOf(breaker, 1)).toEqual({ ...none, ignored: 1 })
    })
  })

  test('a response that the handler destroys because the client has left is ignored', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const handled = await serve(breaker, (res) => {
      res.req.on('aborted', () => res.destroy(new Error('the client left')))
    })
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const { socket } = await sendRaw(server.port, '/')
      const before = handled.length
      await until(() => handled.length > before)
      socket[leave]()
      await settledOf(breaker, handled.length)
    }
    expect(breaker.snapshot().totals).toEqual({ ...none, ignored: 2 })
  })

  test.each([
    ['destroys the response', (res) => res.destroy()],
    ['destroys the response with an error', (res) => res.destroy(new Error('broken'))],
    ['destroys the response in the middle', (res) => res.write('begun', () => res.destroy(new Error('broken')))],
    ['destroys the request with an error', (res) => res.req.destroy(new Error('broken'))],
    ['destroys the socket', (res) => res.req.socket.destroy()],
    ['is cut off by the socket timeout of the server', (res) => res.req.socket.setTimeout(1)],
    [
      'pipes a source that the network resets',
      (res) => {
        const source = new PassThrough()
        pipeline(source, res, () => {})
        source.write('begun')
        source.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }))
      },
    ],
    [
      'throws after the headers are sent',
      (res) => {
        res.write('begun')
        throw new Error('broken')
      },
    ],
  ] as [string, Handle][])('a response is a failure if the handler %s', async (_name, handle) => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    await serve(breaker, handle)
    await sendRaw(server.port, '/')
    expect(await settledOf(breaker, 1)).toEqual({ ...none, failure: 1 })
  })

  test('an event stream counts when it closes, not before', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    const end = deferred()
    await serve(breaker, (res) => {
      res.type('text/event-stream').write('data: 1\n\n')
      end.promise.then(() => res.end('data: 2\n\n'))
    })
    const response = await fetch(server.origin)
    expect(breaker.snapshot().totals).toEqual(none)
    end.resolve()
    expect(await response.text()).toBe('data: 1\n\ndata: 2\n\n')
    expect(await settledOf(breaker, 1)).toEqual({ ...none, success: 1 })
  })

  test('a file counts by its status, also if it is sent in part or not at all', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    await serve(breaker, (res) => res.sendFile(self))
    const send = (headers: OutgoingHttpHeaders) =>
      new Promise<IncomingMessage>((resolve) => get(server.origin, { headers }, (res) => resolve(res.resume())))
    const first = await send({})
    const again = await send({ 'If-None-Match': first.headers.etag })
    const part = await send({ Range: 'bytes=0-9' })
    const beyond = await send({ Range: 'bytes=1000000-' })
    expect([first, again, part, beyond].map(({ statusCode }) => statusCode)).toEqual([200, 304, 206, 416])
    expect(part.headers['content-length']).toBe('10')
    expect(await settledOf(breaker, 4)).toEqual({ ...none, success: 4 })
  })
})
