import { consecutiveFailures } from '@cb/core'
import { expect, test, vi } from 'vitest'
import { shielded } from '../src/all-together.js'
import { failing } from './dependency.ts'
import { settle, useFakeTime } from './fake-time.ts'

useFakeTime()

test('attempts, waits for the circuit, and answers', async () => {
  const { call, attemptsAt } = failing(2)
  const { breaker, get } = shielded(call, { trip: consecutiveFailures(2), openDuration: 3_000 })
  expect(await settle(get('a'))).toEqual({ status: 'fulfilled', value: 'up' })
  expect((attemptsAt[2] as number) - (attemptsAt[1] as number)).toBeGreaterThanOrEqual(3_000)
  expect(breaker.snapshot().totals).toEqual({ success: 1, failure: 2, ignored: 0, rejected: 1, late: 0 })
})

test('an open circuit answers with the stale value at once', async () => {
  const { call, attemptsAt } = failing(0)
  const { breaker, get } = shielded(call)
  await settle(get('a'))
  vi.advanceTimersByTime(60_001)
  breaker.forceOpen()
  const before = performance.now()
  expect(await settle(get('a'))).toEqual({ status: 'fulfilled', value: 'up' })
  expect(performance.now()).toBe(before)
  expect(attemptsAt).toHaveLength(1)
  expect(breaker.snapshot().totals.rejected).toBe(1)
})

test('twenty callers keep ten in flight, each attempt timed by the breaker from its own start', async () => {
  let inFlight = 0
  let most = 0
  const { breaker, get } = shielded(async (key: string) => {
    most = Math.max(most, ++inFlight)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    inFlight--
    return key
  })
  await settle(Promise.all(Array.from({ length: 20 }, (_, n) => get(`${n}`))))
  expect(most).toBe(10)
  expect(breaker.snapshot().totals).toMatchObject({ success: 20, failure: 0 })
})
