import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  CircuitOpenError,
  consecutiveFailures,
  failureCount,
  failureRate,
  restoreState,
  saveState,
  slowCallRate,
  type TripPolicy,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' })
const lastFailureAfter = (error: unknown) => {
  const { breaker } = closedBreaker()
  breaker.acquire().failure(error)
  return breaker.snapshot().lastFailure
}
const rejectionOf = async (breaker: { execute(fn: () => unknown): Promise<unknown> }): Promise<CircuitOpenError> =>
  breaker
    .execute(() => 1)
    .then(
      () => expect.unreachable(),
      (error) => error,
    )

describe('the last failure in a snapshot', () => {
  const none = { name: null, code: null, message: null, at: 5_000 }
  test.each<[string, unknown, object]>([
    ['an error', down, { name: 'Error', code: null, message: 'down', at: 5_000 }],
    [
      'an error with a code',
      refused,
      { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.7:5432', at: 5_000 },
    ],
    [
      'an error whose cause has a code, as those of fetch',
      new TypeError('fetch failed', { cause: refused }),
      { name: 'TypeError', code: 'ECONNREFUSED', message: 'fetch failed', at: 5_000 },
    ],
    [
      'an error with a number as its code, as those of gRPC',
      Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }),
      { name: 'Error', code: 14, message: '14 UNAVAILABLE', at: 5_000 },
    ],
    [
      'an error of another realm, as those of Node.js are under Jest',
      runInNewContext("Object.assign(new TypeError('x'), { code: 'EX' })"),
      { name: 'TypeError', code: 'EX', message: 'x', at: 5_000 },
    ],
    ['no error', undefined, none],
    ['a string, which may be a secret', 'token', none],
    ['a plain object', { name: 'x', message: 'y' }, none],
    [
      'an error with names that are none',
      Object.assign(new Error('down'), { name: 5, code: {} }),
      { ...none, message: 'down' },
    ],
    [
      'an error that throws when it is looked at',
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no')
        },
      }),
      { ...none, name: 'Error' },
    ],
  ])('after %s has what can be said of it', (_, error, expected) => {
    expect(lastFailureAfter(error)).toStrictEqual(expected)
  })

  test('is bounded', () => {
    const long = 'x'.repeat(1_000)
    const { name, code, message } = lastFailureAfter(Object.assign(new Error(long), { name: long, code: long })) ?? {}
    expect([name?.length, String(code).length, message?.length]).toEqual([100, 100, 200])
  })

  test('follows each failure, also one that is like the one before, and no snapshot changes later', () => {
    const { breaker, clock } = closedBreaker({ trip: consecutiveFailures(9) })
    const seen = [refused, refused, down].map((error) => {
      clock.advance(10)
      breaker.acquire().failure(error)
      return breaker.snapshot().lastFailure
    })
    expect(seen.map((failure) => [failure?.code, failure?.at])).toEqual([
      ['ECONNREFUSED', 5_010],
      ['ECONNREFUSED', 5_020],
      [null, 5_030],
    ])
  })

  test('is not a late or an ignored one', () => {
    const { breaker } = closedBreaker()
    const late = breaker.acquire()
    breaker.reset()
    late.failure(refused)
    breaker.acquire().settle('ignored', refused)
    expect(breaker.snapshot().lastFailure).toBeNull()
  })
})

describe('the error of a rejected call says why the breaker is open', () => {
  const timeout = Object.assign(new Error('secret'), { code: 'ETIMEDOUT' })
  const custom: TripPolicy = {
    name: 'mine',
    start: () => ({
      success: () => undefined,
      failure: () => ({ policy: 'mine', threshold: 1, calls: 7, failures: 3 }),
      snapshot: () => ({ calls: 0, failures: 0 }),
    }),
  }
  test.each<[string, TripPolicy, number, unknown, string]>([
    ['failures in a row', consecutiveFailures(10), 10, timeout, '10 failures in a row (last: ETIMEDOUT)'],
    ['one failure', consecutiveFailures(1), 1, timeout, '1 failure (last: ETIMEDOUT)'],
    ['a failure rate', failureRate({ minimumCalls: 4 }), 4, timeout, '4 of 4 calls failed (last: ETIMEDOUT)'],
    ['a number of failures', failureCount({ threshold: 2 }), 2, timeout, '2 of 2 calls failed (last: ETIMEDOUT)'],
    ['a policy of your own', custom, 1, timeout, '3 of 7 calls failed (last: ETIMEDOUT)'],
    ['a name', consecutiveFailures(1), 1, new TypeError('x'), '1 failure (last: TypeError)'],
    ['a plain error', consecutiveFailures(1), 1, down, '1 failure'],
    ['a number', consecutiveFailures(1), 1, Object.assign(new Error('x'), { code: 14 }), '1 failure (last: Error 14)'],
    ['a number without a name', consecutiveFailures(1), 1, { code: 14 }, '1 failure (last: code 14)'],
    ['no error', consecutiveFailures(1), 1, undefined, '1 failure'],
    ['text from outside', consecutiveFailures(1), 1, { code: 'https://me:pw@host' }, '1 failure'],
  ])('after %s', async (_, trip, times, error, words) => {
    const { breaker } = closedBreaker({ name: 'payments', trip, openDuration: 4_000 })
    for (let n = 0; n < times; n++) breaker.acquire().failure(error)
    const { message } = await rejectionOf(breaker)
    expect(message).toBe(`payments is open: ${words}; retry after 4 s`)
  })

  test('after slow calls', async () => {
    const trip = slowCallRate({ slowAfter: 100, minimumCalls: 2 })
    const { breaker, clock } = closedBreaker({ trip })
    const permits = [breaker.acquire(), breaker.acquire()]
    clock.advance(100)
    for (const permit of permits) permit.success()
    expect((await rejectionOf(breaker)).message).toBe('test is open: 2 of 2 calls were slow; retry after 1 s')
  })

  test.each([
    [999, '999 ms'],
    [1_000, '1 s'],
    [1_260, '1.3 s'],
    [300_000, '300 s'],
  ])('and a wait of %i ms is %s', (ms, words) => {
    expect(new CircuitOpenError('a', 'open', ms).message).toBe(`a is open; retry after ${words}`)
  })

  test('as data, without the message of the failure', async () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(2) })
    for (let n = 0; n < 2; n++) breaker.acquire().failure(timeout)
    const { trip } = await rejectionOf(breaker)
    expect(trip).toEqual({
      policy: 'consecutive-failures',
      threshold: 2,
      calls: 2,
      failures: 2,
      lastFailure: { name: 'Error', code: 'ETIMEDOUT' },
    })
    expect(JSON.stringify(trip)).not.toContain('secret')
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ trip }))
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, trip })
  })

  test('that no caller can change for another', async () => {
    const { breaker } = openBreaker()
    const [first, second] = [await rejectionOf(breaker), await rejectionOf(breaker)]
    expect(() => Object.assign(first.trip as object, { failures: 99 })).toThrow(TypeError)
    expect(() => Object.assign(first.trip?.lastFailure as object, { code: 'X' })).toThrow(TypeError)
    expect(second.trip?.failures).toBe(1)
  })

  test('while probes are tried, and with their failure once they have failed', async () => {
    const { breaker } = halfOpenBreaker()
    const probe = breaker.acquire()
    expect((await rejectionOf(breaker)).trip).toMatchObject({ failures: 1, lastFailure: { name: 'Error', code: null } })
    probe.failure(timeout)
    expect((await rejectionOf(breaker)).trip).toMatchObject({ failures: 1, lastFailure: { code: 'ETIMEDOUT' } })
  })

  test('with the numbers of a trip of your own only: no text, and nothing that callers would share', async () => {
    const detail = { a: 1 }
    const trip: TripPolicy = {
      name: 'mine',
      start: () => ({
        success: () => undefined,
        failure: () =>
          ({ policy: 'mine', threshold: 1, calls: 7, failures: '\u001b[31msecret', detail, load: 0.9 }) as never,
        snapshot: () => ({ calls: 0, failures: 0 }),
      }),
    }
    const { breaker } = openBreaker({ trip })
    const { trip: seen, message } = await rejectionOf(breaker)
    expect(seen).toMatchObject({ policy: 'mine', threshold: 1, calls: 7, load: 0.9 })
    for (const name of ['detail', 'failures']) expect(seen).not.toHaveProperty(name)
    expect(message).toBe('test is open: mine; retry after 1 s')
  })

  test('after it was saved and restored, without the failures before', async () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(2) })
    for (let n = 0; n < 2; n++) breaker.acquire().failure(timeout)
    const { breaker: restored } = closedBreaker({ trip: consecutiveFailures(9) })
    restored.acquire().failure(new TypeError('before'))
    restoreState(restored, JSON.parse(JSON.stringify(saveState(breaker))))
    expect((await rejectionOf(restored)).message).toMatch(
      /^test is open: 2 failures in a row \(last: ETIMEDOUT\); retry/,
    )
    expect(restored.snapshot().lastFailure).toBeNull()
  })

  test('but has no trip when an operator opened it', async () => {
    const { breaker } = closedBreaker()
    breaker.forceOpen()
    expect((await rejectionOf(breaker)).trip).toBeUndefined()
  })
})
