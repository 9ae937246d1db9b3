import { expect, test } from 'vitest'
import { closedBreaker, halfOpenBreaker } from './in-state.ts'

test('a permit that is not settled when its block ends is ignored', () => {
  const { breaker } = closedBreaker()
  {
    using permit = breaker.acquire()
    expect(permit.admitted).toBe(true)
  }
  expect(breaker.snapshot().totals).toMatchObject({ ignored: 1, late: 0 })
})

test('a permit that is settled in its block is not settled again at its end', () => {
  const { breaker } = closedBreaker()
  {
    using permit = breaker.acquire()
    permit.success()
  }
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, ignored: 0, late: 0 })
})

test('a probe whose block is left by an error gives its place back', () => {
  const { breaker } = halfOpenBreaker({ halfOpen: { maxConcurrent: 1 } })
  const probe = () => {
    using _permit = breaker.acquire()
    throw new Error('before the call')
  }
  expect(probe).toThrow('before the call')
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test.each(['sucess', 'ignore', '', undefined, null, 1])(
  'settle(%j), which is no outcome, throws a TypeError and counts no failure',
  (word) => {
    const { breaker } = closedBreaker()
    try {
      breaker.acquire().settle(word as never)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 0, failure: 0 } })
  },
)
