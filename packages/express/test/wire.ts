import { connect, type Socket } from 'node:net'
import type { CircuitBreaker, CircuitBreakerSnapshot } from '@cb/core'
import { until } from '@cb/test-kit'

/** A client that the test holds by the socket, so that it can leave in any way. */
export interface WireClient {
  readonly socket: Socket
  /** All that came, as text. */
  received(): string
}

/** Sends each path as a GET at once, one after the other on one connection. */
export async function sendRaw(port: number, ...paths: string[]): Promise<WireClient> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
  return { socket, received: () => text }
}

/** Waits until that many requests have settled, been rejected or come late. */
export async function settledOf(breaker: CircuitBreaker, count: number): Promise<CircuitBreakerSnapshot['totals']> {
  await until(() => Object.values(breaker.snapshot().totals).reduce((sum, n) => sum + n, 0) >= count)
  return breaker.snapshot().totals
}
