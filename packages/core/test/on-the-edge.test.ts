import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fakeClock } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  type OpenDurationContext,
  observe,
  slowCallRate,
} from '../src/index.ts'
import { hub } from '../src/observer.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

afterEach(() => vi.useRealTimers())

test('a call with a signal, on a breaker without a callTimeout, may take as long as it likes', async () => {
  vi.useFakeTimers()
  const { breaker } = closedBreaker()
  const call = breaker.execute(() => new Promise((resolve) => setTimeout(() => resolve('late'), 86_400_000)), {
    signal: new AbortController().signal,
  })
  vi.advanceTimersByTime(86_400_000)
  await expect(call).resolves.toBe('late')
})

test('the trip policy of an open breaker can be changed; it holds when it has closed', () => {
  const { breaker, clock } = openBreaker({ halfOpen: { successThreshold: 1 } })
  breaker.configure({ trip: consecutiveFailures(2) })
  clock.advance(1_000)
  breaker.acquire().success()
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('closed')
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('open')
})

test('among any of several policies, a call that was ignored never becomes a slow one', () => {
  const trip = anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 10, threshold: 1, window: countWindow(1) }))
  const { breaker, clock } = closedBreaker({ trip })
  breaker.acquire().ignore()
  clock.advance(10)
  expect(breaker.state).toBe('closed')
  breaker.acquire()
  clock.advance(10)
  expect(breaker.state).toBe('open')
})

test('a clock that resets the breaker while it is read is heard', () => {
  const clock = fakeClock(5_000)
  let armed = false
  const now = () => {
    if (armed) {
      armed = false
      breaker.reset()
    }
    return clock.now()
  }
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now })
  breaker.acquire().failure(down)
  clock.advance(1_000)
  armed = true
  expect(breaker.state).toBe('closed')
})

describe('an open duration', () => {
  const durations: [number, number][] = [
    [0, 1_000],
    [0.25, 750],
    [0.5, 500],
  ]
  test.each(durations)('with full jitter, where chance says %d, lasts %d ms', (chance, ms) => {
    const openDuration = exponentialBackoff({ initial: 1_000, jitter: 1 })
    expect(openBreaker({ openDuration, random: () => chance }).breaker.snapshot().retryAfterMs).toBe(ms)
  })

  test('is not told of a wait of 0 ms, which asks for nothing', () => {
    const openDuration = vi.fn((_: OpenDurationContext) => 1)
    closedBreaker({ openDuration }).breaker.acquire().failure({ retryAfterMs: 0 })
    expect(openDuration.mock.lastCall?.[0].retryAfterMs).toBeUndefined()
  })

  test('may be as long as a number can count', () => {
    const { breaker } = openBreaker({ openDuration: () => Number.MAX_SAFE_INTEGER })
    expect(breaker.snapshot().lastTransition?.openDuration).toBe(Number.MAX_SAFE_INTEGER)
  })
})

test('an error with one trait of a rate limiter is a failure', async () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  for (const trait of ['msBeforeNext', 'remainingPoints']) {
    await breaker.execute(() => Promise.reject({ [trait]: 1 })).catch(() => {})
  }
  expect(breaker.snapshot().totals).toMatchObject({ failure: 2, ignored: 0 })
})

test('the cause that a fallback’s error is given can be replaced, as any other', async () => {
  const { breaker } = closedBreaker()
  const problem: Error & { cause?: unknown } = new Error('no cache')
  const fallback = () => {
    throw problem
  }
  await expect(breaker.execute(() => Promise.reject(down), { fallback })).rejects.toBe(problem)
  expect(Object.getOwnPropertyDescriptor(problem, 'cause')).toMatchObject({
    value: down,
    writable: true,
    configurable: true,
  })
})

test('breakers that are gone are forgotten, and those that are held are not', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const held = new CircuitBreaker({ name: 'held' })
  for (let n = 0; n < 2_000; n++) new CircuitBreaker()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  const known = () => [...hub.breakers].map((reference) => reference.deref())
  while (hub.breakers.length < hub.sweepAt) new CircuitBreaker()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  const told: unknown[] = []
  observe({ created: (breaker) => told.push(breaker) })()
  expect(told).toContain(held)
  expect(told).not.toContain(undefined)
  new CircuitBreaker()
  expect(hub.breakers.length).toBeLessThan(500)
  expect(known()).toContain(held)
})
