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

test('a permit that is settled in its block is not touched at its end', () => {
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
