import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RetryBudget } from '../src/index.ts'

/** How many retries it grants when each of so many calls asks for as many as it can get. */
function granted(budget: RetryBudget, calls: number, wanted = 3): number {
  let retries = 0
  for (let call = 0; call < calls; call++) {
    budget.deposit()
    for (let retry = 0; retry < wanted && budget.withdraw(); retry++) retries++
  }
  return retries
}

test('in an outage the default is ten retries and then one for every fifth call', () => {
  expect(granted(new RetryBudget(), 1_000)).toBe(10 + 200 - 1) // the first deposit finds it full
})

test.each([
  [{ ratio: 0.1 }, 100, 10 + 9],
  [{ ratio: 1, burst: 1 }, 50, 50],
  [{ ratio: 0.5, burst: 2.5 }, 10, 7],
])('with %o %d failing calls get %d retries', (options, calls, retries) => {
  expect(granted(new RetryBudget(options), calls)).toBe(retries)
})

test('calls without a retry fill it up to its burst and no further', () => {
  const budget = new RetryBudget({ burst: 3 })
  expect([budget.withdraw(), budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([
    true,
    true,
    true,
    false,
  ])
  for (let call = 0; call < 1_000; call++) budget.deposit()
  expect(budget.balance).toBe(3)
  expect(granted(budget, 1, 9)).toBe(3)
})

test('whatever the order, retries never exceed the burst and the share of the calls', () => {
  const inputs = [
    fc.double({ min: 0.01, max: 1, noNaN: true }),
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.boolean()),
  ]
  fc.assert(
    fc.property(
      ...(inputs as [fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<boolean[]>]),
      (ratio, burst, steps) => {
        const budget = new RetryBudget({ ratio, burst })
        let calls = 0
        let retries = 0
        for (const isCall of steps) {
          if (isCall) calls++
          if (isCall) budget.deposit()
          else if (budget.withdraw()) retries++
        }
        expect(retries).toBeLessThanOrEqual(burst + calls * ratio + 1e-6)
        expect(budget.balance).toBeGreaterThanOrEqual(0)
      },
    ),
  )
}, 120_000)

test.each([
  [{ ratio: 0 }, RangeError, 'ratio must be a number > 0 and <= 1, got 0'],
  [{ ratio: 1.5 }, RangeError, 'ratio must be a number > 0 and <= 1, got 1.5'],
  [{ ratio: Number.NaN }, RangeError, 'ratio must be a number > 0 and <= 1, got NaN'],
  [{ burst: 0 }, RangeError, 'burst must be a number >= 1, got 0'],
  [{ burst: Number.POSITIVE_INFINITY }, RangeError, 'burst must be a number >= 1, got Infinity'],
  [{ burst: '10' }, TypeError, 'burst must be a number >= 1, got "10"'],
  [{ retries: 3 }, TypeError, 'unknown option "retries" in RetryBudget options; known options: ratio, burst'],
  [null, TypeError, 'RetryBudget options must be an object, got null'],
])('new RetryBudget(%o) throws an error that says what is allowed', (options, type, message) => {
  const make = () => new RetryBudget(options as object)
  expect(make).toThrow(type)
  expect(make).toThrow(message)
})
