import { connect, type Socket } from 'node:net'
import type { CircuitBreaker, CircuitBreakerSnapshot } from '@cb/core'
import { until } from '@cb/test-kit'

/** A client with its socket, so that a test can let it leave in any way. */
export interface WireClient {
  readonly socket: Socket
  /** Everything received, as text. */
  received(): string
}

/** Sends a GET for each path at once, pipelined on one connection. */
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

/** Waits until `count` requests have settled, late ones included, or been rejected. */
export async function settledOf(breaker: CircuitBreaker, count: number): Promise<CircuitBreakerSnapshot['totals']> {
  await until(() => Object.values(breaker.snapshot().totals).reduce((sum, n) => sum + n, 0) >= count)
  return breaker.snapshot().totals
}
