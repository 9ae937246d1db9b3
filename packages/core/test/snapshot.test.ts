import { describe, expect, test } from 'vitest'
import {
  anyOf,
  CallTimeoutError,
  type CircuitBreaker,
  type CircuitBreakerSnapshot,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureCount,
  failureRate,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'
import { type Bench, closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const forced = (force: 'forceOpen' | 'forceClosed') => () => {
  const bench = halfOpenBreaker()
  bench.breaker[force]('deploy')
  return bench
}

const rows: [string, () => Bench, Partial<CircuitBreakerSnapshot>][] = [
  [
    'closed',
    closedBreaker,
    { state: 'closed', since: 5_000, retryAfterMs: 0, override: null, probes: null, lastTransition: null },
  ],
  ['open', openBreaker, { state: 'open', since: 5_000, retryAfterMs: 1_000, override: null, probes: null, opens: 1 }],
  [
    'half-open',
    halfOpenBreaker,
    { state: 'half-open', since: 6_000, retryAfterMs: 0, probes: { live: 0, successes: 0, failures: 0 }, opens: 1 },
  ],
  [
    'forced open',
    forced('forceOpen'),
    {
      state: 'open',
      retryAfterMs: null,
      override: { state: 'open', note: 'deploy', since: 6_000, expiresInMs: null },
    },
  ],
  [
    'forced closed',
    forced('forceClosed'),
    {
      state: 'closed',
      retryAfterMs: 0,
      override: { state: 'closed', note: 'deploy', since: 6_000, expiresInMs: null },
    },
  ],
]

test.each(rows)('%s: a snapshot is plain JSON and complete', (_, bench, expected) => {
  const { breaker, clock } = bench()
  const snapshot = breaker.snapshot()
  expect(snapshot).toMatchObject({ name: 'test', at: clock.now(), ...expected })
  expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot)
  expect(Object.keys(snapshot).sort()).toEqual([
    'admission',
    'at',
    'closes',
    'config',
    'fallbacks',
    'lastFailure',
    'lastSuccessAt',
    'lastTransition',
    'name',
    'opens',
    'override',
    'probes',
    'recovery',
    'retryAfterMs',
    'shadowed',
    'since',
    'state',
    'timeouts',
    'totals',
    'window',
  ])
})

test('a snapshot does not change later', () => {
  const { breaker } = closedBreaker()
  const snapshot = breaker.snapshot()
  const before = structuredClone(snapshot)
  breaker.acquire().failure(down)
  expect(snapshot).toEqual(before)
})

test('a snapshot keeps no error of a caller alive', () => {
  const { breaker } = openBreaker()
  expect(breaker.snapshot().lastTransition).not.toHaveProperty('error')
})

test('a snapshot counts opens, closes and timeouts', () => {
  const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
  for (let n = 0; n < 3; n++) {
    breaker.acquire().failure(new CallTimeoutError('inner', 5))
    clock.advance(1_000)
    breaker.acquire().success()
  }
  expect(breaker.snapshot()).toMatchObject({ opens: 3, closes: 3, timeouts: 3, totals: { success: 3, failure: 3 } })
})

test('reading the state or a snapshot makes an open breaker half-open when its open duration has ended', () => {
  for (const ask of ['state', 'snapshot'] as const) {
    const { breaker, clock } = openBreaker()
    clock.advance(1_000)
    expect(ask === 'state' ? breaker.state : breaker.snapshot().state).toBe('half-open')
  }
})

const configs: [string, () => CircuitBreaker, object][] = [
  [
    'a number of milliseconds and a rate',
    () => closedBreaker({ trip: failureRate({ window: countWindow(30) }), openDuration: 500 }).breaker,
    {
      trip: { policy: 'failure-rate', threshold: 0.5, minimumCalls: 20, window: { type: 'count', size: 30 } },
      openDuration: { duration: 500 },
    },
  ],
  [
    'a backoff and a count',
    () =>
      closedBreaker({
        trip: failureCount({ threshold: 3, window: timeWindow(1_000) }),
        openDuration: exponentialBackoff({ initial: 7 }),
      }).breaker,
    {
      trip: { policy: 'failure-count', threshold: 3, window: { type: 'time', ms: 1_000, buckets: 10 } },
      openDuration: { initial: 7, max: 15_000, factor: 2, jitter: 0.5, maxRetryAfter: 300_000 },
    },
  ],
  [
    'a slow call rate over few calls',
    () => closedBreaker({ trip: slowCallRate({ slowAfter: 5, window: countWindow(3) }) }).breaker,
    { trip: { policy: 'slow-call-rate', slowAfter: 5, threshold: 0.5, minimumCalls: 3, window: { size: 3 } } },
  ],
  [
    'the maxDuration of half-open',
    () => closedBreaker({ halfOpen: { maxDuration: 30_000 } }).breaker,
    { halfOpen: { maxDuration: 30_000 } },
  ],
  [
    'a function and any of two policies',
    () => closedBreaker({ trip: anyOf(consecutiveFailures(5), failureRate()), openDuration: () => 5 }).breaker,
    {
      trip: {
        policy: 'any-of',
        policies: [
          { policy: 'consecutive-failures', threshold: 5 },
          {
            policy: 'failure-rate',
            threshold: 0.5,
            minimumCalls: 20,
            window: { type: 'time', ms: 10_000, buckets: 10 },
          },
        ],
      },
      openDuration: 'custom',
    },
  ],
]

test.each(configs)('a snapshot has the options: %s', (_, make, config) => {
  expect(make().snapshot().config).toMatchObject(config)
})

describe('the window of a breaker that is forced open', () => {
  test('is that of the closed state before', () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
    breaker.acquire().failure(down)
    breaker.forceOpen()
    expect(breaker.snapshot().window).toEqual({ calls: 1, failures: 1 })
  })

  test('is empty when it was half-open before', () => {
    const { breaker } = halfOpenBreaker()
    breaker.forceOpen()
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })
})
