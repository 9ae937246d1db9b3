import { type FakeClock, fakeClock } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureCount,
  failureRate,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'

const options: CircuitBreakerOptions = {
  name: 'saved',
  trip: consecutiveFailures(3),
  openDuration: exponentialBackoff({ initial: 1_000, jitter: 0 }),
  halfOpen: { successThreshold: 1 },
  ramp: { duration: 1_000, from: 0.5 },
  random: () => 0,
}

interface Bench {
  breaker: CircuitBreaker
  clock: FakeClock
}

function make(more: CircuitBreakerOptions = {}, startsAt = 5_000): Bench {
  const clock = fakeClock(startsAt)
  return { breaker: new CircuitBreaker({ ...options, now: clock.now, ...more }), clock }
}

/** The same breaker in another process, whose clock says something else. */
function moved({ breaker }: Bench, more: CircuitBreakerOptions = {}): Bench {
  const bench = make(more, 7e9)
  expect(bench.breaker.restore(JSON.parse(JSON.stringify(breaker)))).toBe(true)
  return bench
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
    expect(breaker.snapshot().ramp?.share).toBe(0.75)
    clock.advance(500)
    expect(breaker.snapshot().ramp).toBeNull()
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
      override: { state: 'open', reason: 'deploy', expiresInMs: 600 },
      totals: { success: 1, failure: 2, rejected: 1 },
      opens: 1,
    })
    clock.advance(600)
    expect(breaker.state).toBe('closed')
  })

  test('starts with an empty window if its trip policy has other settings', () => {
    const bench = make()
    fail(bench, 2)
    const { breaker } = moved(bench, { trip: consecutiveFailures(2) })
    breaker.acquire().failure()
    expect(breaker.state).toBe('closed')
  })

  test('emits a transition with the reason restored, and calls in flight are late', () => {
    const bench = make()
    fail(bench, 3)
    const saved = bench.breaker.toJSON()
    const { breaker } = make()
    const inFlight = breaker.acquire()
    const seen: unknown[] = []
    breaker.on('transition', ({ from, to, reason }) => seen.push({ from, to, reason }))
    breaker.restore(saved)
    inFlight.success()
    expect(seen).toEqual([{ from: 'closed', to: 'open', reason: 'restored' }])
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, late: 1 })
  })
})

test.each([
  ['a count window', () => failureRate({ threshold: 0.6, window: countWindow(7), minimumCalls: 4 })],
  ['a time window', () => failureRate({ threshold: 0.6, window: timeWindow(500, { buckets: 5 }), minimumCalls: 4 })],
  ['one bucket', () => failureCount({ threshold: 4, window: timeWindow(300, { buckets: 1 }) })],
  ['slow calls', () => slowCallRate({ slowAfter: 1, threshold: 0.6, window: countWindow(9), minimumCalls: 4 })],
  ['several policies', () => anyOf(consecutiveFailures(4), failureCount({ threshold: 5, window: countWindow(8) }))],
])('with %s a breaker that is restored at any time behaves as one that never stopped', (_saying, trip) => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 120 }), fails: fc.boolean(), moves: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const stays = make({ trip: trip() })
      let moves = make({ trip: trip() })
      for (const { wait, fails, moves: now } of steps) {
        if (now) moves = moved(moves, { trip: trip() })
        for (const { breaker, clock } of [stays, moves]) {
          clock.advance(wait)
          const admission = breaker.tryAcquire()
          if (admission.admitted) admission.settle(fails ? 'failure' : 'success')
        }
        const [expected, seen] = [stays, moves].map(({ breaker }) => breaker.snapshot())
        expect(seen).toMatchObject({ state: expected?.state, window: expected?.window, totals: expected?.totals })
      }
    }),
    { numRuns: 200 },
  )
})

describe('a breaker that was restored', () => {
  const savedBy = ({ breaker }: Bench) => JSON.parse(JSON.stringify(breaker))

  test('stays forced closed, without a note, until it is resumed', () => {
    const bench = make()
    bench.breaker.forceClosed()
    const { breaker } = moved(bench)
    expect(breaker.snapshot().override).toMatchObject({ state: 'closed', reason: null, expiresInMs: null })
    breaker.resume()
    expect(breaker.snapshot().override).toBeNull()
  })

  test('starts with an empty window if none was saved', () => {
    const bench = make()
    fail(bench, 2)
    const { state, ...saved } = savedBy(bench)
    expect(bench.breaker.restore({ ...saved, state: { ...state, window: null } })).toBe(true)
    expect(bench.breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })

  test('admits all calls if it has no ramp any more', () => {
    const { state, ...saved } = savedBy(make())
    const { breaker } = make({ ramp: undefined as never, random: () => 0.99 })
    breaker.restore({ ...saved, state: { ...state, ramp: { age: 0, attempt: 1 } } })
    expect([breaker.snapshot().ramp, breaker.tryAcquire().admitted]).toEqual([null, true])
  })
})
