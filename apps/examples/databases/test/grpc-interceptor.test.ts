import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type ServiceError, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { unary } from '../src/grpc.js'
import { breakerInterceptor } from '../src/grpc-interceptor.js'
import { type Client, connect, type Request, startGrpc } from './grpc-server.ts'

type Read = (client: Client, reply: Request['reply']) => Promise<unknown[]>

const kinds: Record<string, Read> = {
  unary: async (client, reply) => [await unary((done) => client.answer({ reply }, done))(new AbortController().signal)],
  'server streaming': (client, reply) => client.stream({ reply }).toArray(),
  bidirectional: (client, reply) => {
    const call = client.chat()
    call.end({ reply })
    return call.toArray()
  },
}

const statusOf = (read: Promise<unknown>) =>
  read.then(
    () => status.OK,
    ({ code }: ServiceError) => code,
  )

test.each(Object.entries(kinds))(
  '%s calls open the circuit by their status, and are rejected then',
  async (_kind, read) => {
    await using server = await startGrpc()
    const breaker = new CircuitBreaker({ name: 'demo', trip: consecutiveFailures(2) })
    const client = connect(server.port, { interceptors: [breakerInterceptor(breaker)] })
    expect((await read(client, status.OK)).length).toBe(1)
    for (let n = 0; n < 5; n++) expect(await statusOf(read(client, status.NOT_FOUND))).toBe(status.NOT_FOUND)
    expect(breaker.snapshot().totals).toMatchObject({ success: 6, failure: 0 })
    for (let n = 0; n < 2; n++) expect(await statusOf(read(client, status.INTERNAL))).toBe(status.INTERNAL)
    const rejected = await read(client, status.OK).catch((error: ServiceError) => error)
    expect(rejected).toMatchObject({ code: status.UNAVAILABLE, details: 'demo is open' })
    const [wait] = (rejected as ServiceError).metadata.get('retry-after-ms')
    expect(Number(wait)).toBeGreaterThan(0)
    expect(breaker.snapshot().totals).toMatchObject({ success: 6, failure: 2, rejected: 1 })
    client.close()
  },
)

test('a stream that the caller cancels half-way is ignored', async () => {
  await using server = await startGrpc()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const client = connect(server.port, { interceptors: [breakerInterceptor(breaker)] })
  const stream = client.stream({ reply: 'never answer' })
  const ended = new Promise((resolve) => stream.once('error', resolve))
  stream.once('data', () => stream.cancel())
  expect(await ended).toMatchObject({ code: status.CANCELLED })
  expect(breaker.snapshot().totals).toMatchObject({ ignored: 1, failure: 0 })
  client.close()
})
