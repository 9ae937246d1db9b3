import { expect, test } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  type CircuitBreaker,
  type CircuitOpenError,
  consecutiveFailures,
} from '../src/index.ts'
import { closedBreaker, openBreaker, rampingBreaker } from './in-state.ts'

const rejectionOf = (breaker: CircuitBreaker): Promise<CircuitOpenError> =>
  breaker
    .execute(() => 'made')
    .then(
      () => Promise.reject(new Error('it was admitted')),
      (error) => error,
    )

async function placeOrder(breaker: CircuitBreaker): Promise<unknown> {
  return await breaker.execute(() => 'made')
}

test('the error of a rejected call shows where the call was made', async () => {
  const error = await placeOrder(openBreaker().breaker).catch((reason) => reason)
  expect(error).toHaveProperty('stack', expect.stringContaining('placeOrder'))
})

test('a flood costs one error a millisecond: calls that are rejected in the same millisecond share it', async () => {
  const { breaker, clock } = openBreaker()
  const first = await rejectionOf(breaker)
  clock.advance(0.4)
  expect(await rejectionOf(breaker)).toBe(first)
  clock.advance(0.6)
  const next = await rejectionOf(breaker)
  expect(next).not.toBe(first)
  expect([first.retryAfterMs, next.retryAfterMs]).toEqual([1_000, 999])
  expect(breaker.snapshot().totals.rejected).toBe(3)
})

test('an open breaker and one that is forced open in the same millisecond reject with different reasons', async () => {
  const { breaker } = openBreaker()
  const open = await rejectionOf(breaker)
  breaker.forceOpen('deploy')
  const forced = await rejectionOf(breaker)
  expect([open.reason, forced.reason]).toEqual(['open', 'forced-open'])
  breaker.resume()
  expect((await rejectionOf(breaker)).reason).toBe('open')
})

test('acquire throws a new error for each rejection', () => {
  const { breaker } = openBreaker()
  const errors = [1, 2].map((): unknown => {
    try {
      return breaker.acquire()
    } catch (error) {
      return error
    }
  })
  expect(errors).toMatchObject([{ code: 'ECIRCUITOPEN' }, { code: 'ECIRCUITOPEN' }])
  expect(errors[0]).not.toBe(errors[1])
})

test('each rejected call that is not handled is an unhandled rejection of its own', async () => {
  const { breaker } = openBreaker()
  const unhandled: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  const two = new Promise<void>((resolve) => {
    process.on('unhandledRejection', (reason) => {
      if (unhandled.push(reason) === 2) resolve()
    })
  })
  void breaker.execute(() => 'made')
  void breaker.execute(() => 'made')
  await two
  process.removeAllListeners('unhandledRejection')
  for (const listener of others) process.on('unhandledRejection', listener)
  expect(unhandled).toMatchObject([{ code: 'ECIRCUITOPEN' }, { code: 'ECIRCUITOPEN' }])
})

test('calls that are rejected in different milliseconds have different errors, also with the same message', async () => {
  const { breaker, clock } = closedBreaker()
  breaker.forceOpen('deploy')
  const first = await rejectionOf(breaker)
  clock.advance(1)
  const next = await rejectionOf(breaker)
  expect([first.retryAfterMs, next.retryAfterMs]).toEqual([null, null])
  expect(next).not.toBe(first)
})

test('calls that are rejected in two outages of the same millisecond do not share an error', async () => {
  const { breaker } = openBreaker()
  const first = await rejectionOf(breaker)
  breaker.reset()
  breaker.acquire().failure()
  expect(await rejectionOf(breaker)).not.toBe(first)
})

test('retryAfterMs is exact also for the second call that is rejected within a millisecond', async () => {
  const { breaker, clock } = openBreaker({ openDuration: 1_000.5 })
  expect(await rejectionOf(breaker)).toHaveProperty('retryAfterMs', 1_001)
  clock.advance(0.9)
  expect(await rejectionOf(breaker)).toHaveProperty('retryAfterMs', 1_000)
})

test('calls that are rejected by a throttle and by a ramp within a millisecond have each their own reason', async () => {
  let chance = 0
  const { breaker } = rampingBreaker({
    trip: anyOf(consecutiveFailures(1), adaptiveThrottle({ minimumCalls: 1 })),
    ramp: { duration: 10_000, from: 0.5 },
    random: () => chance,
  })
  breaker.configure({ trip: adaptiveThrottle({ minimumCalls: 1 }) })
  breaker.acquire().failure()
  expect(await rejectionOf(breaker)).toHaveProperty('reason', 'throttled')
  chance = 0.9
  expect(await rejectionOf(breaker)).toHaveProperty('reason', 'ramp')
})
