import { expect, test } from 'vitest'
import { adaptiveThrottle, type CircuitBreaker, CircuitOpenError, consecutiveFailures, ramp } from '../src/index.ts'
import { openBreaker, rampingBreaker } from './in-state.ts'

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

test('calls that are rejected in the same millisecond have different errors, each with its own retryAfterMs', async () => {
  const { breaker, clock } = openBreaker({ openDuration: 1_000.5 })
  const first = await rejectionOf(breaker)
  const second = await rejectionOf(breaker)
  clock.advance(0.9)
  const third = await rejectionOf(breaker)
  expect([first.retryAfterMs, second.retryAfterMs, third.retryAfterMs]).toEqual([1_001, 1_001, 1_000])
  expect(new Set([first, second, third]).size).toBe(3)
  expect(breaker.snapshot().totals.rejected).toBe(3)
})

test('the errors of rejected calls are alike in all but the frames of their stacks', async () => {
  const { breaker } = openBreaker()
  for (const error of [await rejectionOf(breaker), await rejectionOf(breaker)]) {
    expect(error).toBeInstanceOf(CircuitOpenError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'CircuitOpenError', code: 'ECIRCUITOPEN', breaker: 'test', reason: 'open' })
    expect(String(error)).toBe('CircuitOpenError: test is open: 1 failure; retry after 1 s')
    expect(error.stack).toMatch(/^CircuitOpenError: test is open: 1 failure; retry after 1 s\n/)
    expect(Object.keys(error)).not.toContain('stack')
  }
})

test('a property that a caller adds to the error of a rejected call is not on the error of another', async () => {
  const { breaker } = openBreaker()
  const first = Object.assign(await rejectionOf(breaker), { requestId: 7, cause: 'mine' })
  const second = await rejectionOf(breaker)
  expect(second).not.toHaveProperty('requestId')
  expect(second).not.toHaveProperty('cause')
  expect(first).toHaveProperty('requestId', 7)
})

test('a flood of rejected calls costs one stack a millisecond, and the errors without one say where to look', async () => {
  const { breaker, clock } = openBreaker()
  for (let ms = 0; ms < 3; ms++) {
    const errors: CircuitOpenError[] = []
    for (let n = 0; n < 100; n++) errors.push((await placeOrder(breaker).catch((reason) => reason)) as CircuitOpenError)
    const withFrames = errors.filter(({ stack }) => stack?.includes('placeOrder'))
    expect(withFrames).toEqual([errors[0]])
    expect(errors[1]?.stack).toMatch(/\n.*(first|millisecond)/)
    clock.advance(1)
  }
})

test('Error.stackTraceLimit is not changed by rejected calls', async () => {
  const { breaker } = openBreaker()
  const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  for (let n = 0; n < 3; n++) await rejectionOf(breaker)
  expect(Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')).toEqual(before)
  expect(new Error('after').stack).toContain('rejected-call.test.ts')
})

test('calls are rejected also where Error.stackTraceLimit can not be changed', async () => {
  const { breaker } = openBreaker()
  const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
  Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: false })
  try {
    for (let n = 0; n < 3; n++) expect(await rejectionOf(breaker)).toHaveProperty('code', 'ECIRCUITOPEN')
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', before)
  }
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

test('calls that are rejected by a throttle and by a ramp within a millisecond have each their own reason', async () => {
  let chance = 0
  const { breaker } = rampingBreaker({
    recovery: ramp({ duration: 10_000, from: 0.5 }),
    admission: adaptiveThrottle({ minimumCalls: 1 }),
    random: () => chance,
  })
  breaker.configure({ trip: consecutiveFailures(100) })
  breaker.acquire().failure()
  expect(await rejectionOf(breaker)).toHaveProperty('reason', 'throttled')
  chance = 0.9
  expect(await rejectionOf(breaker)).toHaveProperty('reason', 'ramp')
})
