import { deferred } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreaker, consecutiveFailures, type OutcomeEvent } from '../src/index.ts'

function hear(breaker: CircuitBreaker): OutcomeEvent[] {
  const heard: OutcomeEvent[] = []
  breaker.on('outcome', (event) => heard.push(event))
  return heard
}

test('who begins to listen after many calls is told how long the next one takes', async () => {
  const breaker = new CircuitBreaker()
  await breaker.execute(() => 1)
  await breaker.execute(() => 1)
  const heard = hear(breaker)
  await breaker.execute(() => 1)
  expect(heard).toMatchObject([{ outcome: 'success', duration: expect.any(Number) }])
})

test('who begins to listen during a call that is cancelled hears that it was ignored', async () => {
  const breaker = new CircuitBreaker()
  const cancelled = deferred()
  const call = breaker.execute(() => cancelled.promise)
  const heard = hear(breaker)
  cancelled.reject(new DOMException('changed my mind', 'AbortError'))
  await expect(call).rejects.toThrow('changed my mind')
  expect(heard).toMatchObject([{ outcome: 'ignored' }])
})

test('who begins to listen during a call that fails hears of the failure, and it counts', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const failed = deferred()
  const call = breaker.execute(() => failed.promise)
  const heard = hear(breaker)
  failed.reject(new Error('down'))
  await expect(call).rejects.toThrow('down')
  expect(heard).toMatchObject([{ outcome: 'failure' }])
  expect(breaker.state).toBe('open')
})
