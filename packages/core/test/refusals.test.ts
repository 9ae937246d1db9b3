import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreaker, type CircuitOpenError, consecutiveFailures } from '../src/index.ts'

function openBreaker() {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now })
  breaker.acquire().failure()
  return { clock, breaker }
}

const refusal = (breaker: CircuitBreaker): Promise<CircuitOpenError> =>
  breaker
    .execute(() => 'made')
    .then(
      () => {
        throw new Error('it was admitted')
      },
      (error) => error,
    )

async function placeOrder(breaker: CircuitBreaker): Promise<unknown> {
  return await breaker.execute(() => 'made')
}

test('a refusal shows where the call was made', async () => {
  const { breaker } = openBreaker()
  const error = await placeOrder(breaker).catch((reason) => reason)
  expect(error).toHaveProperty('stack', expect.stringContaining('placeOrder'))
})

test('a flood costs one error a millisecond: refusals of the same millisecond share it', async () => {
  const { breaker, clock } = openBreaker()
  const first = await refusal(breaker)
  clock.advance(0.4)
  expect(await refusal(breaker)).toBe(first)
  clock.advance(0.6)
  const next = await refusal(breaker)
  expect(next).not.toBe(first)
  expect([first.retryAfterMs, next.retryAfterMs]).toEqual([1_000, 999])
  expect(breaker.snapshot().totals.rejected).toBe(3)
})

test('refusals share an error only where they say the same', async () => {
  const { breaker } = openBreaker()
  const open = await refusal(breaker)
  breaker.forceOpen('deploy')
  const forced = await refusal(breaker)
  expect([open.reason, forced.reason]).toEqual(['open', 'forced-open'])
  breaker.resume()
  expect((await refusal(breaker)).reason).toBe('open')
})

test('acquire gives each refusal an error of its own', () => {
  const { breaker } = openBreaker()
  const errors = [1, 2].map((): unknown => {
    try {
      return breaker.acquire()
    } catch (error) {
      return error
    }
  })
  expect(errors[0]).not.toBe(errors[1])
})

test('each refusal that nobody handles is noticed, also where the error is shared', async () => {
  const { breaker } = openBreaker()
  const noticed: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  const seenTwice = new Promise<void>((resolve) => {
    process.on('unhandledRejection', (reason) => {
      if (noticed.push(reason) === 2) resolve()
    })
  })
  void breaker.execute(() => 'made')
  void breaker.execute(() => 'made')
  await seenTwice
  process.removeAllListeners('unhandledRejection')
  for (const listener of others) process.on('unhandledRejection', listener)
  expect(noticed).toMatchObject([{ code: 'ECIRCUITOPEN' }, { code: 'ECIRCUITOPEN' }])
})
