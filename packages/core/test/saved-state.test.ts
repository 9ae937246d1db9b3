import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type CircuitBreakerOptions,
  consecutiveFailures,
  exponentialBackoff,
  failureCount,
  ramp,
  restoreState,
  saveState,
  timeWindow,
} from '../src/index.ts'
import { type Bench, closedBreaker } from './in-state.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const day = 86_400_000

function make(more: CircuitBreakerOptions = {}): Bench {
  return closedBreaker({
    trip: consecutiveFailures(3),
    openDuration: exponentialBackoff({ initial: 1_000, jitter: 0 }),
    halfOpen: { successThreshold: 1 },
    recovery: ramp({ duration: 1_000, from: 0.5 }),
    random: () => 0,
    ...more,
  })
}

const savedBy = ({ breaker }: Bench) => JSON.parse(JSON.stringify(saveState(breaker)))

/** The same breaker in another process, on another clock. */
function moved(bench: Bench, more: CircuitBreakerOptions = {}): Bench {
  const other = make(more)
  other.clock.set(7e9)
  expect(restoreState(other.breaker, savedBy(bench))).toBe(true)
  return other
}

function fail({ breaker }: Bench, times = 1): void {
  for (let n = 0; n < times; n++) breaker.acquire().failure()
}

describe('a breaker that was restored on another clock', () => {
  test('opens at the failure at which it would have opened', () => {
    const bench = make()
    fail(bench, 2)
    const { breaker } = moved(bench)
    breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })

  test('stays open for the rest of its open duration, and backs off from the same attempt', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    fail(bench) // a probe
    bench.clock.advance(500)
    const { breaker, clock } = moved(bench)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_500, opens: 2 })
    clock.advance(1_500)
    expect(breaker.state).toBe('half-open')
    breaker.acquire().failure()
    expect(breaker.snapshot().retryAfterMs).toBe(4_000)
  })

  test('starts a new round of probes if it was half-open', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    bench.breaker.acquire()
    const { breaker } = moved(bench)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('continues its ramp', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    bench.breaker.acquire().success()
    bench.clock.advance(500)
    const { breaker, clock } = moved(bench)
    expect(breaker.snapshot().recovery).toMatchObject({ policy: 'ramp', share: 0.75 })
    clock.advance(500)
    expect(breaker.snapshot().recovery).toBeNull()
  })

  test('counts the attempts of a relapse during its ramp on', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    bench.breaker.acquire().success()
    const restored = moved(bench)
    fail(restored, 3)
    expect(restored.breaker.snapshot().lastTransition).toMatchObject({ attempt: 2, openDuration: 2_000 })
  })

  test('keeps its override, its time and its totals', () => {
    const bench = make()
    fail(bench, 2)
    bench.breaker.acquire().success()
    bench.breaker.forceOpen('deploy', { for: 1_000 })
    bench.breaker.tryAcquire()
    bench.clock.advance(400)
    const { breaker, clock } = moved(bench)
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      override: { state: 'open', note: 'deploy', expiresInMs: 600 },
      totals: { success: 1, failure: 2, rejected: 1 },
      opens: 1,
    })
    clock.advance(600)
    expect(breaker.state).toBe('closed')
  })

  test('stays forced closed, without a note, until it is resumed', () => {
    const bench = make()
    bench.breaker.forceClosed()
    const { breaker } = moved(bench)
    expect(breaker.snapshot().override).toMatchObject({ state: 'closed', note: null, expiresInMs: null })
    breaker.resume()
    expect(breaker.snapshot().override).toBeNull()
  })

  test('has been in its state for as long as before', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(300)
    const { at, since } = moved(bench).breaker.snapshot()
    expect(at - since).toBe(300)
  })

  test('has been overridden for as long as before', () => {
    const bench = make()
    bench.breaker.forceOpen('deploy')
    bench.clock.advance(300)
    const { at, override } = moved(bench).breaker.snapshot()
    expect(at - (override?.since as number)).toBe(300)
  })

  test('starts with an empty window if its trip policy has other settings', () => {
    const bench = make()
    fail(bench, 2)
    const { breaker } = moved(bench, { trip: consecutiveFailures(2) })
    breaker.acquire().failure()
    expect(breaker.state).toBe('closed')
  })

  test('starts with an empty window if none was saved', () => {
    const bench = make()
    fail(bench, 2)
    const { state, ...saved } = savedBy(bench)
    const trip = { ...state.trip, memory: null }
    expect(restoreState(bench.breaker, { ...saved, state: { ...state, trip } })).toBe(true)
    expect(bench.breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })

  test('admits all calls if it has no recovery any more', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    bench.breaker.acquire().success()
    const { breaker } = moved(bench, { recovery: undefined as never, random: () => 0.99 })
    expect([breaker.snapshot().recovery, breaker.tryAcquire().admitted]).toEqual([null, true])
  })

  test('emits a transition with the reason restored, and calls in flight are late', () => {
    const bench = make()
    fail(bench, 3)
    const { breaker } = make()
    const inFlight = breaker.acquire()
    const seen: unknown[] = []
    breaker.on('transition', ({ from, to, reason, cause }) => seen.push({ from, to, reason, cause }))
    restoreState(breaker, saveState(bench.breaker))
    inFlight.success()
    expect(seen).toEqual([{ from: 'closed', to: 'open', reason: 'restored', cause: 'manual' }])
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, late: 1 })
  })
})

test('a saved state is plain JSON with the wall clock time of saving', () => {
  vi.setSystemTime(1_234_567)
  const bench = make()
  fail(bench, 2)
  const saved = saveState(bench.breaker)
  expect(saved).toMatchObject({ format: 1, name: 'test', savedAt: 1_234_567 })
  expect(JSON.parse(JSON.stringify(saved))).toEqual(saved)
})

test('JSON.stringify(breaker) does not contain the state of the breaker', () => {
  const { breaker } = make()
  expect(JSON.parse(JSON.stringify(breaker))).toEqual({ name: 'test' })
})

describe('a breaker restores its own saved state at once', () => {
  const longest = Number.MAX_SAFE_INTEGER

  test.each<[string, CircuitBreakerOptions, (bench: Bench) => void]>([
    [
      'after the first call on a clock of 1000.1507',
      { now: () => 1000.1507, trip: failureCount({ threshold: 9, window: timeWindow(10_000) }) },
      (bench) => fail(bench),
    ],
    ['after more than a year in one state', {}, ({ clock }) => clock.advance(400 * day)],
    ['forced open for 400 days', {}, ({ breaker }) => breaker.forceOpen('deploy', { for: 400 * day })],
    ['open for more than a year', { openDuration: 400 * day }, (bench) => fail(bench, 3)],
    ['open for the longest duration there is', { openDuration: longest, now: () => 1_001 }, (bench) => fail(bench, 3)],
    [
      'forced open for the longest duration there is',
      { now: () => 1_001 },
      ({ breaker }) => breaker.forceOpen('deploy', { for: longest }),
    ],
    [
      'after a year in a round of probes',
      {},
      (bench) => {
        fail(bench, 3)
        bench.clock.advance(1_000)
        expect(bench.breaker.state).toBe('half-open')
        bench.clock.advance(400 * day)
      },
    ],
    [
      'during a ramp of two years',
      { recovery: ramp({ duration: 730 * day }) },
      (bench) => {
        fail(bench, 3)
        bench.clock.advance(1_000)
        bench.breaker.acquire().success()
        bench.clock.advance(400 * day)
      },
    ],
    [
      'with a window of two years',
      { trip: failureCount({ threshold: 9, window: timeWindow(730 * day) }) },
      (bench) => {
        fail(bench)
        bench.clock.advance(400 * day)
      },
    ],
  ])('%s', (_, options, prepare) => {
    const bench = make(options)
    prepare(bench)
    const before = bench.breaker.snapshot()
    const restored = make({ now: bench.clock.now, ...options }).breaker
    expect(restoreState(restored, savedBy(bench))).toBe(true)
    const { state, retryAfterMs, window, override, recovery } = before
    expect(restored.snapshot()).toMatchObject({ state, window, recovery })
    expect(restored.snapshot().override?.state).toBe(override?.state)
    const wait = restored.snapshot().retryAfterMs as number
    if (retryAfterMs !== null) expect(Math.abs(wait - retryAfterMs)).toBeLessThanOrEqual(4)
  })
})
