import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  ramp,
  restoreState,
  saveState,
  timeWindow,
} from '../src/index.ts'
import { closedBreaker, halfOpenBreaker, openBreaker, rampingBreaker } from './in-state.ts'
import { pass, restoredAfter } from './restored-after.ts'

const minute = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime('2026-01-01')
})
afterEach(() => vi.useRealTimers())

describe('the time between saving and restoring counts', () => {
  test.each([
    [0, { state: 'open', retryAfterMs: 30_000 }],
    [10_000, { state: 'open', retryAfterMs: 20_000 }],
    [29_999, { state: 'open', retryAfterMs: 1 }],
    [30_000, { state: 'half-open' }],
    [minute, { state: 'half-open' }],
  ])('an open duration of 30 s, restored after %i ms', (ms, expected) => {
    const options = { openDuration: 30_000 }
    const { breaker, clock } = restoredAfter(ms, openBreaker(options), options)
    expect(breaker.snapshot()).toMatchObject(expected)
    clock.advance(30_000 - ms)
    expect(breaker.state).toBe('half-open')
  })

  test('an open duration that ended while saved is followed by half-open, with one transition for each', () => {
    const options = { openDuration: 30_000 }
    const saved = JSON.stringify(saveState(openBreaker(options).breaker))
    pass(minute)
    const { breaker } = closedBreaker(options)
    const seen: string[] = []
    breaker.on('transition', ({ from, to, reason, cause }) => seen.push([from, to, reason, cause].join(' ')))
    restoreState(breaker, JSON.parse(saved))
    expect(breaker.state).toBe('half-open')
    expect(seen).toEqual(['closed open restored manual', 'open half-open open-duration-ended time'])
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test.each([
    [4_999, 2],
    [10_000, 0],
    [1e9, 0],
  ])('in a window of 10 s: after %i ms it holds %i failures', (ms, failures) => {
    const options = { trip: failureCount({ threshold: 9, window: timeWindow(10_000) }) }
    const bench = closedBreaker(options)
    for (let n = 0; n < 2; n++) bench.breaker.acquire().failure()
    expect(restoredAfter(ms, bench, options).breaker.snapshot().window).toEqual({ calls: failures, failures })
  })

  test('in the window of a throttle', () => {
    const options = {
      trip: consecutiveFailures(100),
      admission: adaptiveThrottle({ window: timeWindow(10_000), minimumCalls: 1 }),
      random: () => 0,
    }
    const bench = closedBreaker(options)
    bench.breaker.acquire().failure()
    const soon = restoredAfter(5_000, bench, options).breaker
    expect(soon.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
    const later = restoredAfter(10_000, bench, options).breaker
    expect(later.tryAcquire().admitted).toBe(true)
    expect(later.snapshot().admission).toMatchObject({ calls: 0, failures: 0 })
  })

  test('not in a count window, nor in a run of failures', () => {
    const trip = anyOf(consecutiveFailures(5), failureCount({ threshold: 5, window: countWindow(9) }))
    const bench = closedBreaker({ trip })
    for (let n = 0; n < 4; n++) bench.breaker.acquire().failure()
    const { breaker } = restoredAfter(1e9, bench, { trip })
    breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })

  test('in a ramp', () => {
    const options = { recovery: ramp({ duration: 1_000, from: 0 }) }
    const bench = rampingBreaker(options)
    bench.clock.advance(250)
    expect(restoredAfter(250, bench, options).breaker.snapshot().recovery).toMatchObject({ share: 0.5 })
    expect(restoredAfter(750, bench, options).breaker.snapshot().recovery).toBeNull()
  })

  test('in an override with a time', () => {
    const bench = closedBreaker()
    bench.breaker.forceOpen('deploy', { for: minute })
    bench.clock.advance(10_000)
    expect(restoredAfter(20_000, bench).breaker.snapshot().override).toMatchObject({ expiresInMs: 30_000 })
    const { breaker } = restoredAfter(50_000, bench)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', override: null })
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'override-expired' })
  })

  test('in the open duration under an override that ends as well', () => {
    const bench = openBreaker({ openDuration: 30_000 })
    bench.breaker.forceClosed('rehearsal', { for: 10_000 })
    expect(restoredAfter(10_000, bench).breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 20_000 })
    expect(restoredAfter(minute, bench).breaker.state).toBe('half-open')
  })

  test('in a round of probes with a maxDuration', () => {
    const options = { halfOpen: { maxDuration: minute } }
    const bench = halfOpenBreaker(options)
    bench.clock.advance(10_000)
    const { breaker, clock } = restoredAfter(20_000, bench, options)
    expect(breaker.state).toBe('half-open')
    clock.advance(29_999)
    expect(breaker.state).toBe('half-open')
    clock.advance(1)
    expect(breaker.state).toBe('open')
    const late = restoredAfter(50_000, bench, options).breaker
    expect(late.state).toBe('open')
    expect(late.snapshot().lastTransition).toMatchObject({ reason: 'probes-undecided', cause: 'time' })
  })

  test('in the age of the state', () => {
    const bench = openBreaker()
    bench.clock.advance(100)
    const { at, since } = restoredAfter(200, bench).breaker.snapshot()
    expect(at - since).toBe(300)
  })
})

describe('a wall clock that jumped while a breaker was saved', () => {
  test.each([-1, -minute, -1e12])('back by %i ms: no time has passed', (ms) => {
    const { breaker, clock } = restoredAfter(ms, openBreaker({ openDuration: 30_000 }))
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 30_000 })
    clock.advance(30_000)
    expect(breaker.state).toBe('half-open')
  })

  test.each([1e10, 1e12, 8e15 - Date.UTC(2026, 0, 1)])('forward by %i ms: it is half-open, and works', (ms) => {
    const { breaker, clock } = restoredAfter(ms, openBreaker({ openDuration: 30_000 }))
    expect(breaker.state).toBe('half-open')
    breaker.acquire().failure()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 })
    clock.advance(1_000)
    for (let n = 0; n < 2; n++) breaker.acquire().success()
    expect(breaker.state).toBe('closed')
    const snapshot = breaker.snapshot()
    expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot)
  })

  test('forward: a window is empty, and fills again', () => {
    const options = { trip: failureRate({ window: timeWindow(1_000, { buckets: 3 }), minimumCalls: 2, threshold: 1 }) }
    const bench = closedBreaker(options)
    bench.breaker.acquire().failure()
    const { breaker } = restoredAfter(1e12, bench, options)
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, failures: 0 })
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })
})
