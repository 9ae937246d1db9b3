import { describe, expect, test } from 'vitest'
import { adaptiveThrottle, CallTimeoutError, CircuitOpenError, consecutiveFailures, retryDelay } from '../src/index.ts'
import { closedBreaker, rampingBreaker } from './in-state.ts'

test.each([
  ['a rejection with a retryAfterMs', new CircuitOpenError('a', 'open', 1_500), 1_500],
  ['a rejection by an override without an end', new CircuitOpenError('a', 'forced-open', null), null],
  ['an error with a retryAfterMs', Object.assign(new Error('busy'), { retryAfterMs: 250.5 }), 250.5],
  ['a call timeout', new CallTimeoutError('a', 5), 0],
  ['an abort', new DOMException('gone', 'AbortError'), null],
  ['a failure', new Error('down'), 0],
  ['a retryAfterMs of NaN', Object.assign(new Error('odd'), { retryAfterMs: Number.NaN }), 0],
  ['a negative retryAfterMs', Object.assign(new Error('odd'), { retryAfterMs: -5 }), 0],
  ['a retryAfterMs that is a string', Object.assign(new Error('busy'), { retryAfterMs: '250' }), 0],
  ['a string', 'down', 0],
  ['undefined', undefined, 0],
])('retryDelay has the documented value for %s', (_saying, error, delay) => {
  expect(retryDelay(error)).toBe(delay)
})

test('an error whose getters throw has a delay of 0', () => {
  const hostile = new Proxy(new Error('x'), {
    get() {
      throw new Error('getter')
    },
  })
  expect(retryDelay(hostile)).toBe(0)
})

describe('retryDelay looks at causes', () => {
  const wrapped = (error: unknown, times: number): unknown => {
    let outer = error
    for (let n = 0; n < times; n++) outer = new Error('wrapped', { cause: outer })
    return outer
  }

  test.each([1, 2, 8])('of a rejection that was wrapped %i times it returns the wait', (times) => {
    expect(retryDelay(wrapped(new CircuitOpenError('a', 'open', 1_500), times))).toBe(1_500)
    expect(retryDelay(wrapped(new CircuitOpenError('a', 'forced-open', null), times))).toBeNull()
  })

  test('but not at any depth', () => {
    expect(retryDelay(wrapped(new CircuitOpenError('a', 'open', 1_500), 1_000))).toBe(0)
  })

  test('and a chain that ends in itself has a delay of 0', () => {
    const [one, two] = [new Error('one'), new Error('two')]
    one.cause = two
    two.cause = one
    expect(retryDelay(one)).toBe(0)
  })

  test('and a cause that throws has a delay of 0', () => {
    const error = Object.defineProperty(new Error('x'), 'cause', {
      get() {
        throw new Error('getter')
      },
    })
    expect(retryDelay(error)).toBe(0)
    expect(retryDelay(new Error('outer', { cause: error }))).toBe(0)
  })

  test('and the retryAfterMs of the error itself comes first', () => {
    const busy = Object.assign(new Error('busy', { cause: new CircuitOpenError('a', 'open', 1_500) }), {
      retryAfterMs: 250,
    })
    expect(retryDelay(busy)).toBe(250)
  })
})

test('a call that a ramp or a throttle has rejected may be retried after 1 ms', async () => {
  const random = () => 0.5
  const ramping = rampingBreaker({ random }).breaker
  const throttled = closedBreaker({
    trip: consecutiveFailures(100),
    admission: adaptiveThrottle({ minimumCalls: 1 }),
    random,
  }).breaker
  throttled.acquire().failure()
  for (const [breaker, reason] of [
    [ramping, 'ramp'],
    [throttled, 'throttled'],
  ] as const) {
    const error = await breaker.execute(() => 'made').catch((reason) => reason)
    expect(error).toMatchObject({ reason })
    expect(retryDelay(error)).toBe(1)
  }
})
