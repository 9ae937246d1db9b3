import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import {
  adaptiveThrottle,
  CallTimeoutError,
  CircuitBreaker,
  CircuitOpenError,
  consecutiveFailures,
  retryDelay,
} from '../src/index.ts'

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

test('a call that a ramp or a throttle has rejected may be retried after 1 ms', async () => {
  const clock = fakeClock()
  const chance = { value: 0.99 }
  const common = { now: clock.now, random: () => chance.value }
  const ramp = { duration: 1_000, from: 0 }
  const halfOpen = { successThreshold: 1 }
  const ramping = new CircuitBreaker({ ...common, trip: consecutiveFailures(1), openDuration: 10, halfOpen, ramp })
  ramping.acquire().failure()
  clock.advance(10)
  ramping.acquire().success()
  const throttled = new CircuitBreaker({ ...common, trip: adaptiveThrottle({ minimumCalls: 1 }) })
  throttled.acquire().failure()
  chance.value = 0.5
  for (const [breaker, reason] of [
    [ramping, 'ramp'],
    [throttled, 'throttled'],
  ] as const) {
    const error = await breaker.execute(() => 'made').catch((reason) => reason)
    expect(error).toMatchObject({ reason })
    expect(retryDelay(error)).toBe(1)
  }
})
