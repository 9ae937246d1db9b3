import { describe, expect, test } from 'vitest'
import { countWindow, failureCount, timeWindow } from '../src/index.ts'
import { closedBreaker, down } from './in-state.ts'
import { openedBy } from './opened-by.ts'

describe('failureCount', () => {
  test.each([
    [{ threshold: 1 }, 'f', 0, 1],
    [{ threshold: 3 }, 'fsfsssssf', 0, 9],
    [{ threshold: 3 }, 'fiiifiiii', 0, null],
    [{ threshold: 2, window: countWindow(2) }, 'fsfsfsff', 0, 8],
    [{ threshold: 3, window: countWindow(3) }, 'ffiif', 0, 5],
    [{ threshold: 3, window: timeWindow(1_000) }, 'ffffff', 600, null],
    [{ threshold: 2, window: timeWindow(1_000) }, 'ff', 600, 2],
  ])('with %j and the outcomes %s every %i ms it opens at call %j', (options, outcomes, step, expected) => {
    expect(openedBy(failureCount(options), outcomes, step)).toBe(expected)
  })

  test('the default window is 10 seconds', () => {
    expect(openedBy(failureCount({ threshold: 2 }), 'ff', 8_999)).toBe(2)
    expect(openedBy(failureCount({ threshold: 2 }), 'ff', 10_000)).toBe(null)
  })
})

test('a transition by a count of failures has its numbers', () => {
  const { breaker } = closedBreaker({ trip: failureCount({ threshold: 1 }) })
  breaker.acquire().failure(down)
  expect(breaker.snapshot().lastTransition).toMatchObject({
    reason: 'failure-count',
    trip: { policy: 'failure-count', threshold: 1, calls: 1, failures: 1 },
  })
})
