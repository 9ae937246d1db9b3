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

describe('a breaker that was restored elsewhere', () => {
  test('opens at the failure at which it would have opened', () => {
    const bench = make()
    fail(bench, 2)
    const { breaker } = moved(bench)
    breaker.acquire().failure()
    expect(breaker.state).toBe('open')
  })

  test('stays open for the rest of its open duration, and backs off from where it was', () => {
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

  test('starts a round of probes of its own if it was half-open', () => {
    const bench = make()
    fail(bench, 3)
    bench.clock.advance(1_000)
    bench.breaker.acquire()
    const { breaker } = moved(bench)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('goes on with its ramp', () => {
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

  test('keeps its override, its end and its totals', () => {
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

  test('starts with an empty window if its trip policy has other settings by now', () => {
    const bench = make()
    fail(bench, 2)
    const { breaker } = moved(bench, { trip: consecutiveFailures(2) })
    breaker.acquire().failure()
    expect(breaker.state).toBe('closed')
  })

  test('announces that it was restored, and what was in flight is late', () => {
    const bench = make()
    fail(bench, 3)
    const saved = bench.breaker.toJSON()
    const { breaker } = make()
    const inFlight = breaker.acquire()
    const heard: unknown[] = []
    breaker.on('transition', ({ from, to, reason }) => heard.push({ from, to, reason }))
    breaker.restore(saved)
    inFlight.success()
    expect(heard).toEqual([{ from: 'closed', to: 'open', reason: 'restored' }])
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

describe('what can not be restored', () => {
  const saved = () => JSON.parse(JSON.stringify(make().breaker))

  test.each<[string, (data: ReturnType<typeof saved>) => unknown, string]>([
    ['nothing', () => undefined, 'saved'],
    ['a string', () => '{}', 'saved'],
    ['an array', () => [], 'saved'],
    ['another format', (data) => ({ ...data, format: 2 }), 'format'],
    ["another breaker's state", (data) => ({ ...data, name: 'other' }), 'saved.name must be that of this breaker'],
    ['an unknown state', (data) => ({ ...data, state: { ...data.state, name: 'ajar' } }), 'saved.state.name'],
    ['no state', ({ state: _, ...data }) => data, 'saved.state'],
    ['a negative age', (data) => ({ ...data, age: -5 }), 'saved.age'],
    ['an age of NaN', (data) => ({ ...data, age: null }), 'saved.age'],
    [
      'an endless open duration',
      (data) => ({ ...data, state: { name: 'open', remaining: 1e300, attempt: 1 } }),
      'remaining',
    ],
    ['a window of another kind', (data) => ({ ...data, state: { ...data.state, window: { calls: 1 } } }), 'window'],
    ['too many failures in a row', (data) => ({ ...data, state: { ...data.state, window: 3 } }), 'window'],
    ['totals that are none', (data) => ({ ...data, counts: { ...data.counts, success: -1 } }), 'saved.counts.success'],
    ['missing totals', (data) => ({ ...data, counts: {} }), 'saved.counts'],
    [
      'an override that is none',
      (data) => ({ ...data, override: { state: 'ajar', reason: null, expiresIn: null } }),
      'override',
    ],
    ['what does not belong', (data) => ({ ...data, __proto__: null, evil: 1 }), 'evil'],
  ])('%s is refused, with the reason, and nothing is changed', (_saying, spoil, named) => {
    const bench = make()
    fail(bench, 2)
    const restore = () => bench.breaker.restore(spoil(saved()))
    expect(restore).toThrow(named)
    fail(bench)
    expect(bench.breaker.state).toBe('open')
  })

  test.each([
    [{ calls: 8, failures: [] }, 'calls'],
    [{ calls: 2, failures: [5] }, 'failures'],
    [{ calls: 2, failures: 'all' }, 'failures'],
    [{ calls: 0, failures: [0] }, 'failures'],
  ])('a count window of %j is refused', (window, named) => {
    const trip = failureCount({ threshold: 3, window: countWindow(7) })
    const { breaker } = make({ trip })
    const data = JSON.parse(JSON.stringify(breaker))
    expect(() => breaker.restore({ ...data, state: { ...data.state, window } })).toThrow(named)
  })

  test.each([
    [{ left: 500, buckets: [[1, 0]] }, 'left'],
    [{ left: 5, buckets: [] }, 'buckets'],
    [{ left: 5, buckets: [[1, 2]] }, 'buckets'],
    [{ left: 5, buckets: [1] }, 'buckets'],
    [{ left: 5, buckets: Array(6).fill([1, 0]) }, 'buckets'],
  ])('a time window of %j is refused', (window, named) => {
    const trip = failureCount({ threshold: 3, window: timeWindow(500, { buckets: 5 }) })
    const { breaker } = make({ trip })
    const data = JSON.parse(JSON.stringify(breaker))
    expect(() => breaker.restore({ ...data, state: { ...data.state, window } })).toThrow(named)
  })

  test('starts fresh where that is asked for', () => {
    const bench = make()
    fail(bench, 3)
    expect(bench.breaker.restore('garbage', { orFresh: true })).toBe(false)
    expect(bench.breaker.state).toBe('closed')
    expect(() => bench.breaker.restore(saved(), { orFresh: 'yes' as never })).toThrow('orFresh')
  })
})
