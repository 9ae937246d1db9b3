import { createServer, type RequestListener, type Server, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { CircuitBreaker } from '@cb/core'
import { deferred, until } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { guard } from '../src/index.ts'
import { probingBreaker } from './probing-breaker.ts'
import { quietApp, versions } from './versions.ts'

let server: Server
let socket: Socket
afterEach(() => {
  socket.destroy()
  server.close()
})

/** Requests a websocket; returns a function that returns the received data. */
async function upgrade(
  app: RequestListener,
  onUpgrade: (...args: Parameters<RequestListener>) => void,
): Promise<() => string> {
  server = createServer(app).on('upgrade', (req) => onUpgrade(req, new ServerResponse(req)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  return () => text
}

describe.each(versions)('websockets with a guard on $name', ({ express }) => {
  test('a handshake that a library routes through the app takes no permit', async () => {
    const breaker = probingBreaker({ maxConcurrent: 1, successThreshold: 1 })
    const passed = deferred()
    const app = quietApp(express)
    app.use(guard({ breaker }), () => passed.resolve())
    await upgrade(app, app)
    await passed.promise
    expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 0, failures: 0 })
  })

  test('a handshake that the server handles does not pass the guard, even while the guard rejects requests', async () => {
    const breaker = new CircuitBreaker({ name: 'reports' })
    breaker.forceOpen()
    const app = quietApp(express)
    app.use(guard({ breaker }))
    const received = await upgrade(app, (req) => void req.socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\nhello'))
    await until(() => received().endsWith('hello'))
    expect(breaker.snapshot().totals.rejected).toBe(0)
  })
})
