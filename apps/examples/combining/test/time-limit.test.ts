import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { expect, test } from 'vitest'
import { retrying } from '../src/p-retry.js'
import { answeringWithin } from '../src/time-limit.js'

const hanging = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('an attempt longer than callTimeout is a failure, and is retried', async () => {
  const breaker = new CircuitBreaker({ callTimeout: 10 })
  let attempts = 0
  const { execute } = answeringWithin(breaker, 5_000)
  expect(await execute((signal) => (++attempts === 1 ? hanging(signal) : 'up'))).toBe('up')
  expect(breaker.snapshot()).toMatchObject({ totals: { failure: 1, success: 1 }, timeouts: 1 })
})

test('the deadline ends the attempt in flight, which is ignored', async () => {
  const breaker = new CircuitBreaker({ callTimeout: 10, trip: consecutiveFailures(1) })
  const { execute } = answeringWithin(breaker, 20)
  breaker.configure({ callTimeout: 5_000 }) // so that only the deadline can end it
  await expect(execute(hanging)).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, ignored: 1 } })
})

test('a deadline alone never opens the circuit, however often the dependency hangs', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  for (let n = 0; n < 3; n++) {
    const answer = retrying(breaker).execute(hanging, { signal: AbortSignal.timeout(5) })
    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
  }
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, ignored: 3 } })
})

test('the caller is not kept waiting for a circuit that stays open beyond his deadline', async () => {
  const breaker = new CircuitBreaker({ callTimeout: 100, trip: consecutiveFailures(1), openDuration: 60_000 })
  breaker.acquire().failure()
  const { execute } = answeringWithin(breaker, 5_000)
  await expect(execute(hanging)).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  expect(breaker.snapshot().totals.rejected).toBe(1)
})

test.each([
  ['no callTimeout', {}],
  ['a callTimeout as long as the deadline', { callTimeout: 1_000 }],
])('a breaker with %s is a RangeError', (_what, options) => {
  expect(() => answeringWithin(new CircuitBreaker(options), 1_000)).toThrow(RangeError)
})
