import { deferred, fakeClock } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CallTimeoutError, CircuitBreaker, consecutiveFailures } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

test('a call that exceeds callTimeout rejects with a CallTimeoutError and counts as a failure', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  const result = breaker.execute(() => new Promise(() => {}))
  const settled = vi.fn()
  result.catch(settled)
  await vi.advanceTimersByTimeAsync(199)
  expect(settled).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await expect(result).rejects.toBeInstanceOf(CallTimeoutError)
  await expect(result).rejects.toMatchObject({ code: 'ECALLTIMEOUT', breaker: 'test', callTimeout: 200 })
  expect(breaker.snapshot()).toMatchObject({ state: 'open', timeouts: 1, totals: { failure: 1, late: 0 } })
})

test("the call's signal is aborted with the same error as the reason", async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  let signal: AbortSignal | undefined
  const result = breaker.execute((given) => {
    signal = given
    return new Promise(() => {})
  })
  const caught = result.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(200)
  expect(signal?.aborted).toBe(true)
  expect(signal?.reason).toBe(await caught)
})

test('a call that rejects because its signal was aborted still rejects with the timeout', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  const result = breaker.execute(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(down))),
  )
  const caught = result.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(200)
  expect(await caught).toBeInstanceOf(CallTimeoutError)
  expect(breaker.snapshot().totals.failure).toBe(1)
})

test('what the call does after its timeout is not counted, and is no unhandled rejection', async () => {
  for (const end of ['resolve', 'reject'] as const) {
    const { breaker } = closedBreaker({ callTimeout: 200 })
    const slow = deferred<Error>()
    const caught = breaker.execute(() => slow.promise).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(200)
    expect(await caught).toBeInstanceOf(CallTimeoutError)
    slow[end](down)
    await vi.advanceTimersByTimeAsync(1)
    expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 1, ignored: 0, rejected: 0, late: 0 })
  }
})

test('one timeout aborts no other call', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  const signals: AbortSignal[] = []
  const call = (signal: AbortSignal) => {
    signals.push(signal)
    return new Promise(() => {})
  }
  const first = breaker.execute(call).catch(() => {})
  await vi.advanceTimersByTimeAsync(100)
  breaker.execute(call).catch(() => {})
  await vi.advanceTimersByTimeAsync(100)
  await first
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('no timer is left once the call has settled', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  await breaker.execute(async () => 1)
  await breaker.execute(() => 1)
  await breaker.execute(() => Promise.reject(down)).catch(() => {})
  expect(vi.getTimerCount()).toBe(0)
})

test('no timer is left when the call throws at once', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  const call = breaker.execute(() => {
    throw down
  })
  await expect(call).rejects.toBe(down)
  expect(vi.getTimerCount()).toBe(0)
})

test('an idle breaker has no timer in any state', () => {
  vi.useRealTimers()
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const { breaker, clock } = closedBreaker({ callTimeout: 200 })
  breaker.acquire().failure(down)
  expect([breaker.state, timers()]).toEqual(['open', before])
  clock.advance(1_000)
  breaker.acquire()
  expect([breaker.state, timers()]).toEqual(['half-open', before])
})

test('a timeout is passed to the fallback, and an abort before the timeout does not count as one', async () => {
  const { breaker } = closedBreaker({ callTimeout: 200 })
  const fallback = vi.fn(() => 'cached')
  const result = breaker.execute(() => new Promise(() => {}), { fallback })
  await vi.advanceTimersByTimeAsync(200)
  await expect(result).resolves.toBe('cached')
  expect(fallback).toHaveBeenCalledExactlyOnceWith(expect.any(CallTimeoutError))
  breaker.reset()
  const controller = new AbortController()
  const abandoned = breaker.execute(() => new Promise(() => {}), { signal: controller.signal })
  controller.abort(down)
  await expect(abandoned).rejects.toBe(down)
  await vi.advanceTimersByTimeAsync(200)
  expect(breaker.snapshot()).toMatchObject({ timeouts: 1, totals: { failure: 1, ignored: 1 } })
})

test('breaker.callTimeout is the limit of a call at this moment, shorter for a probe', () => {
  const clock = fakeClock()
  const limits = { callTimeout: 2_000, halfOpen: { callTimeout: 500 } }
  const breaker = new CircuitBreaker({ ...limits, trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now })
  expect(breaker.callTimeout).toBe(2_000)
  breaker.acquire().failure()
  clock.advance(1_000)
  expect(breaker.callTimeout).toBe(500)
  expect(new CircuitBreaker().callTimeout).toBeUndefined()
})

test.each([
  ['a longer', { callTimeout: 60_000 }],
  ['no', {}],
])('a probe has its own time limit where other calls have %s limit', async (_, options) => {
  const { breaker } = halfOpenBreaker({ ...options, halfOpen: { callTimeout: 5, probeTimeout: 120_000 } })
  const caught = breaker.execute(() => new Promise(() => {})).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(5)
  expect(await caught).toBeInstanceOf(CallTimeoutError)
  expect(await caught).toMatchObject({ callTimeout: 5 })
  expect(breaker.state).toBe('open')
})
