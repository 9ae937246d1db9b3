import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { expect, test, vi } from 'vitest'
import { caching } from '../src/lru-cache.js'
import { retrying } from '../src/p-retry.js'
import { settle, useFakeTime } from './fake-time.ts'

useFakeTime()

/** Loads `1 of key`, `2 of key` …; fails while `down`. */
function source() {
  const state = { down: false, loads: 0 }
  const load = async (key: string) => {
    state.loads++
    if (state.down) throw new Error('down')
    return `${state.loads} of ${key}`
  }
  return { state, load }
}

test('a fresh value is answered without a call through the breaker', async () => {
  const { state, load } = source()
  const breaker = new CircuitBreaker()
  const { get } = caching(breaker, load)
  expect([await get('a'), await get('a')]).toEqual(['1 of a', '1 of a'])
  expect(state.loads).toBe(1)
  expect(breaker.snapshot().totals.success).toBe(1)
})

test('calls for the same key at the same time are one call and one outcome', async () => {
  const { state, load } = source()
  const breaker = new CircuitBreaker()
  const { get } = caching(breaker, load)
  expect(await Promise.all([get('a'), get('a'), get('a')])).toEqual(['1 of a', '1 of a', '1 of a'])
  expect(state.loads).toBe(1)
  expect(breaker.snapshot().totals.success).toBe(1)
})

test('the stale value answers when the call fails, each failure is an outcome, and when the circuit is open', async () => {
  const { state, load } = source()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(2), openDuration: 60_000 })
  const { get } = caching(breaker, load, { ttl: 1_000 })
  await get('a')
  state.down = true
  vi.advanceTimersByTime(1_001)
  expect([await get('a'), await get('a'), await get('a')]).toEqual(['1 of a', '1 of a', '1 of a'])
  expect(breaker.state).toBe('open')
  expect(state.loads).toBe(3)
  expect(breaker.snapshot().totals).toEqual({ success: 1, failure: 2, ignored: 0, rejected: 1, late: 0 })
})

test('a new value replaces the stale one once the dependency has recovered', async () => {
  const { state, load } = source()
  const { get } = caching(new CircuitBreaker(), load, { ttl: 1_000 })
  await get('a')
  vi.advanceTimersByTime(1_001)
  state.down = true
  expect(await get('a')).toBe('1 of a')
  state.down = false
  expect(await get('a')).toBe('3 of a')
})

test('without a value the caller gets the rejection, and the next call asks again', async () => {
  const breaker = new CircuitBreaker()
  breaker.forceOpen()
  const { get } = caching(breaker, source().load)
  await expect(get('a')).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  breaker.resume()
  expect(await get('a')).toBe('1 of a')
})

test('outside a retry, the stale value answers after the attempts; inside, nothing would be retried', async () => {
  const right = source()
  const outside = caching(retrying(new CircuitBreaker(), { retries: 2 }), right.load, { ttl: 1_000 })
  const wrong = source()
  const inside = caching(new CircuitBreaker(), wrong.load, { ttl: 1_000 })
  const retried = retrying({ execute: ((call: () => Promise<string>) => call()) as CircuitBreaker['execute'] })
  await Promise.all([outside.get('a'), inside.get('a')])
  right.state.down = wrong.state.down = true
  vi.advanceTimersByTime(1_001)
  expect(await settle(outside.get('a'))).toEqual({ status: 'fulfilled', value: '1 of a' })
  expect(await settle(retried.execute(() => inside.get('a') as Promise<string>))).toMatchObject({ value: '1 of a' })
  expect([right.state.loads, wrong.state.loads]).toEqual([4, 2])
})
