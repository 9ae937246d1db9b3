import { connect } from 'node:net'
import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen, until } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { Reader } from './client.ts'
import { settle } from './opened.ts'

let registry: CircuitBreakerRegistry
let page: Dashboard
let server: Listening

beforeEach(async () => {
  registry = new CircuitBreakerRegistry()
  page = dashboard({ registry })
  server = await listen((request, response) => page(request, response))
})
afterEach(async () => {
  vi.useRealTimers()
  page.close()
  await server.close()
})

describe('the stream', () => {
  test('passes proxies: it is not buffered, stored or transformed', async () => {
    const reader = await Reader.open(server, '/stream')
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    reader.close()
  })

  test('begins with a snapshot, then tells what changes, to each page', async () => {
    const payments = registry.get('payments')
    const readers = await Promise.all([1, 2, 3].map(() => Reader.open(server, '/stream')))
    for (const reader of readers) {
      const { heads, pid, controls } = await reader.snapshot()
      expect([heads[0]?.[1], pid, controls]).toEqual(['payments', process.pid, false])
    }
    settle(payments, 0, 10)
    for (const reader of readers) {
      const frame = await reader.delta()
      expect(frame.heads[0]?.slice(1, 3)).toEqual(['payments', 1])
      reader.close()
    }
  })

  test('of a page that comes in an outage tells when it began', async () => {
    settle(registry.get('payments'), 0, 10)
    const reader = await Reader.open(server, '/stream')
    expect((await reader.snapshot()).steps).toEqual([[1, expect.any(Number), 0, 1]])
    reader.close()
  })

  test('whose socket is full skips frames, and then gets everything', async () => {
    // Long names, so that snapshots fill the buffers of the sockets soon.
    const breakers = Array.from({ length: 4_000 }, (_, n) => registry.get(`${n}`.padEnd(500, 'x')))
    const rounds = 8
    const socket = connect(server.port, '127.0.0.1')
    socket.pause()
    socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    const reader = await Reader.open(server, '/stream')
    await reader.snapshot()
    for (let n = 0; n < rounds; n++) {
      for (const breaker of breakers) {
        if (n % 2 === 0) breaker.forceOpen()
        else breaker.reset()
      }
      await reader.delta((frame) => frame.heads.length > 0)
    }
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    socket.resume()
    const count = (what: string) => text.split(what).length - 1
    await until(() => count('"type":"snapshot"') === 2)
    expect(count('"type":"delta"')).toBeLessThan(rounds - 1)
    expect(text.lastIndexOf('"type":"snapshot"')).toBeGreaterThan(text.lastIndexOf('"type":"delta"'))
    socket.destroy()
    reader.close()
  })

  test('follows nothing when the last page has gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const readers = [await Reader.open(server, '/stream'), await Reader.open(server, '/stream')]
    expect(vi.getTimerCount()).toBe(1)
    for (const reader of readers) reader.close()
    await until(() => vi.getTimerCount() === 0)
    const reader = await Reader.open(server, '/stream')
    registry.get('payments')
    vi.advanceTimersByTime(500)
    await reader.snapshot()
    expect((await reader.delta()).heads).toHaveLength(1)
    reader.close()
  })

  describe('as time passes', () => {
    const fake = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })

    test('has a comment every fifteen seconds, so that no proxy ends it', async () => {
      fake()
      const { response } = await Reader.open(server, '/stream')
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      await until(() => text.startsWith('data:') && text.endsWith('\n\n'))
      const snapshot = text
      vi.advanceTimersByTime(30_000)
      await until(() => text.length > snapshot.length + 3)
      expect(text.slice(snapshot.length)).toBe(':\n\n:\n\n')
      response.destroy()
    })

    test('ends after five minutes, so that authorize is asked again', async () => {
      fake()
      const reader = await Reader.open(server, '/stream')
      await reader.snapshot()
      vi.advanceTimersByTime(300_500)
      await expect(reader.next()).rejects.toThrow('the stream has ended')
    })
  })

  test('ends when the dashboard is closed, so that the server can close', async () => {
    const reader = await Reader.open(server, '/stream')
    await reader.snapshot()
    page.close()
    await expect(reader.next()).rejects.toThrow('the stream has ended')
    const { response } = await Reader.open(server, '/stream') // a page that comes back
    expect(response.statusCode).toBe(503)
    response.resume()
  })
})
