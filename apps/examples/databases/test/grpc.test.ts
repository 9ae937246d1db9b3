import { CircuitBreaker } from '@cb/core'
import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { classifyGrpc, unary } from '../src/grpc.js'
import { type Client, connect, type Request, startGrpc, startProxy } from './grpc-server.ts'
import { codesInCore, rowsOf } from './tables.ts'

const rows = rowsOf('gRPC')
const answered = 'the server answers'

type Call = (signal: AbortSignal) => Promise<unknown>

const asking = (reply: Request['reply']) => (client: Client) => unary((done) => client.answer({ reply }, done))

function cancelled(client: Client): Call {
  return unary((done) => {
    const call = client.answer({ reply: 'never answer' }, done)
    call.cancel()
    return call
  })
}

function late(client: Client): Call {
  return unary((done) => client.answer({ reply: 'never answer' }, { deadline: Date.now() + 1 }, done))
}

const cases: Record<string, (client: Client) => Call> = {
  'the caller cancels': cancelled,
  'the server goes away during the call': asking('go away'),
  'the deadline of the call passes': late,
  'the handler throws': asking('throw'),
  'the response is longer than the client takes': asking('answer at length'),
}

test.each(rows)('$what: $code is $outcome', async ({ what, code, outcome }) => {
  await using server = what === 'a proxy answers 404' ? await startProxy() : await startGrpc()
  if (what === 'no server listens') await server[Symbol.asyncDispose]()
  const client = connect(server.port)
  const breaker = new CircuitBreaker({ classify: classifyGrpc })
  const expected = status[code as keyof typeof status]
  const [settled] = await Promise.allSettled([breaker.execute((cases[what] ?? asking(expected))(client))])
  client.close()
  if (expected === status.OK) expect(settled).toMatchObject({ status: 'fulfilled' })
  else expect(settled).toMatchObject({ status: 'rejected', reason: { code: expected } })
  const { totals } = breaker.snapshot()
  expect(Object.entries(totals).filter(([, calls]) => calls > 0)).toEqual([[outcome, 1]])
})

test('the table has every status of gRPC as an answer of the server', () => {
  const codes = rows.filter(({ what }) => what === answered).map(({ code }) => code)
  expect(codes.sort()).toEqual(
    Object.keys(status)
      .filter((name) => Number.isNaN(Number(name)))
      .sort(),
  )
})

test('the table has each other case once', () => {
  const others = rows.map(({ what }) => what).filter((what) => what !== answered)
  expect(others.sort()).toEqual([...Object.keys(cases), 'a proxy answers 404', 'no server listens'].sort())
})

test('the shorter table, in the README of core, agrees with it', () => {
  const codes = codesInCore(2)
  expect(codes.length).toBeGreaterThanOrEqual(17)
  for (const code of codes) expect(rows).toContainEqual(expect.objectContaining(code))
})

test('callTimeout cancels the call on the wire, and is a failure', async () => {
  let cancelled = 0
  await using server = await startGrpc()
  const client = connect(server.port)
  const breaker = new CircuitBreaker({ classify: classifyGrpc, callTimeout: 1 })
  const call = unary((done) =>
    client.answer({ reply: 'never answer' }, done).on('status', ({ code }) => {
      if (code === status.CANCELLED) cancelled++
    }),
  )
  await expect(breaker.execute(call)).rejects.toMatchObject({ code: 'ECALLTIMEOUT' })
  await expect.poll(() => cancelled).toBe(1)
  client.close()
  expect(breaker.snapshot()).toMatchObject({ totals: { failure: 1 }, timeouts: 1 })
})

test('ten answers NOT_FOUND in a row open a breaker without it, and none with it', async () => {
  await using server = await startGrpc()
  const client = connect(server.port)
  const breakers = [new CircuitBreaker(), new CircuitBreaker({ classify: classifyGrpc })]
  const call = asking(status.NOT_FOUND)(client)
  for (const breaker of breakers) {
    for (let n = 0; n < 10; n++) await breaker.execute(call).catch(() => {})
  }
  client.close()
  expect(breakers.map(({ state }) => state)).toEqual(['open', 'closed'])
})
