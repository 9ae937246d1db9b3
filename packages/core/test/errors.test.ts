import { describe, expect, test, vi } from 'vitest'
import { CallTimeoutError, CircuitBreaker, CircuitOpenError } from '../src/index.ts'

vi.resetModules()
const copy = await import('../src/index.ts')

test('the copy is another one', () => {
  expect(copy.CircuitOpenError).not.toBe(CircuitOpenError)
  expect(copy.CircuitBreaker).not.toBe(CircuitBreaker)
})

describe('across two copies of the package', () => {
  const open = new CircuitOpenError('a', 'open', 5)
  const timeout = new CallTimeoutError('a', 5)

  test('instanceof and code hold both ways', () => {
    expect(open instanceof copy.CircuitOpenError).toBe(true)
    expect(timeout instanceof copy.CallTimeoutError).toBe(true)
    expect(new copy.CircuitOpenError('a', 'open', 5) instanceof CircuitOpenError).toBe(true)
    expect(new copy.CallTimeoutError('a', 5) instanceof CallTimeoutError).toBe(true)
    expect(new copy.CircuitOpenError('a', 'open', 5).code).toBe(open.code)
  })

  test('instanceof is false for the other class and for everything else', () => {
    const others = [
      new Error('e'),
      null,
      undefined,
      'ECIRCUITOPEN',
      {},
      () => {},
      Object.create(null),
      { code: 'ECIRCUITOPEN' },
    ]
    for (const value of [...others, timeout]) expect((value as object) instanceof copy.CircuitOpenError).toBe(false)
    for (const value of [...others, open]) expect((value as object) instanceof copy.CallTimeoutError).toBe(false)
  })

  test("a breaker ignores the rejection of another copy's breaker, and counts its timeout", async () => {
    const breaker = new CircuitBreaker()
    const rejected = () => Promise.reject(new copy.CircuitOpenError('a', 'open', 5))
    const timedOut = () => Promise.reject(new copy.CallTimeoutError('a', 5))
    for (const call of [rejected, timedOut]) await breaker.execute(call).catch(() => {})
    expect(breaker.snapshot()).toMatchObject({ timeouts: 1, totals: { ignored: 1, failure: 1 } })
  })
})

describe('an error', () => {
  test.each([
    ['open', 6, 'a is open; retry after 6 ms'],
    ['half-open', 5, 'a is half-open: all probe slots are in use; retry after 5 ms'],
    ['ramp', 1, 'a is ramping up after an outage; retry after 1 ms'],
    ['throttled', 1, 'a is throttling: too many recent calls failed; retry after 1 ms'],
    ['forced-open', null, 'a is forced open'],
  ] as const)('says that the breaker is %s', (reason, retryAfterMs, message) => {
    const error = new CircuitOpenError('a', reason, retryAfterMs)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      message,
      name: 'CircuitOpenError',
      code: 'ECIRCUITOPEN',
      breaker: 'a',
      reason,
      retryAfterMs,
    })
    expect(String(error)).toBe(`CircuitOpenError: ${message}`)
    expect(error.stack).toContain('errors.test.ts')
  })

  test('of a timeout has the limit', () => {
    const error = new CallTimeoutError('a', 250)
    expect(error).toMatchObject({ name: 'CallTimeoutError', code: 'ECALLTIMEOUT', breaker: 'a', callTimeout: 250 })
    expect(error.message).toBe('a call through circuit breaker "a" took longer than 250 ms')
  })

  test('shows a name with control characters on one line of bounded length', () => {
    const { message } = new CircuitOpenError(`x\n\u001b[31m${'y'.repeat(10_000)}`, 'open', 1)
    expect([...message].every((char) => char >= ' ')).toBe(true)
    expect(message.length).toBeLessThan(250)
  })

  test('of a subclass is of both, and a plain one is not of the subclass', () => {
    class PaymentsDown extends CircuitOpenError {}
    class PaymentsSlow extends CallTimeoutError {}
    const [sub, slow] = [new PaymentsDown('a', 'open', 1), new PaymentsSlow('a', 1)]
    expect([
      sub instanceof PaymentsDown,
      sub instanceof CircuitOpenError,
      sub instanceof copy.CircuitOpenError,
    ]).toEqual([true, true, true])
    expect([slow instanceof PaymentsSlow, slow instanceof CallTimeoutError]).toEqual([true, true])
    expect(new CircuitOpenError('a', 'open', 1) instanceof PaymentsDown).toBe(false)
    expect(new copy.CircuitOpenError('a', 'open', 1) instanceof PaymentsDown).toBe(false)
  })
})

test('the marks that other versions of the package look for do not change', () => {
  expect(Reflect.get(CircuitOpenError.prototype, '@cb/core/CircuitOpenError')).toBe(true)
  expect(Reflect.get(CallTimeoutError.prototype, '@cb/core/CallTimeoutError')).toBe(true)
  expect(Reflect.has(globalThis, Symbol.for('@cb/core/hub.v1'))).toBe(true)
})

test('instanceof is false for a value whose getters throw', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
    },
  )
  expect(hostile instanceof CircuitOpenError).toBe(false)
})
