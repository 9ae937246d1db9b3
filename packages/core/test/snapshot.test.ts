import { expect, test } from 'vitest'
import { CallTimeoutError, type CircuitBreakerSnapshot, failureRate } from '../src/index.ts'
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
  [
    'open',
    openBreaker,
    { state: 'open', since: 5_000, retryAfterMs: 1_000, override: null, probes: null, opens: 1, lastFailureAt: 5_000 },
  ],
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
      override: { state: 'open', reason: 'deploy', since: 6_000, expiresInMs: null },
    },
  ],
  [
    'forced closed',
    forced('forceClosed'),
    {
      state: 'closed',
      retryAfterMs: 0,
      override: { state: 'closed', reason: 'deploy', since: 6_000, expiresInMs: null },
    },
  ],
]

test.each(rows)('%s: a snapshot is plain JSON and complete', (_, bench, expected) => {
  const { breaker, clock } = bench()
  const snapshot = breaker.snapshot()
  expect(snapshot).toMatchObject({ name: 'test', at: clock.now(), ...expected })
  expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot)
  expect(Object.keys(snapshot).sort()).toEqual([
    'at',
    'closes',
    'config',
    'lastFailureAt',
    'lastSuccessAt',
    'lastTransition',
    'name',
    'opens',
    'override',
    'probes',
    'ramp',
    'retryAfterMs',
    'shadowed',
    'since',
    'state',
    'timeouts',
    'totals',
    'window',
  ])
})

test('a snapshot is of one moment: what happens later does not show in it', () => {
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

test('it tells the time of the last success and failure', () => {
  const { breaker, clock } = closedBreaker({ trip: failureRate() })
  expect(breaker.snapshot()).toMatchObject({ lastSuccessAt: null, lastFailureAt: null })
  breaker.acquire().success()
  clock.advance(10)
  breaker.acquire().failure(down)
  clock.advance(10)
  breaker.acquire().ignore()
  expect(breaker.snapshot()).toMatchObject({ lastSuccessAt: 5_000, lastFailureAt: 5_010 })
})

test('after a burst the time of the last success is at most 64 calls behind', () => {
  const { breaker, clock } = closedBreaker()
  for (let n = 0; n < 200; n++) breaker.acquire().success()
  clock.advance(3_600_000)
  for (let n = 0; n < 65; n++) breaker.acquire().success()
  expect(breaker.snapshot().lastSuccessAt).toBe(clock.now())
})

test('it counts opens, closes and timeouts', () => {
  const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
  for (let n = 0; n < 3; n++) {
    breaker.acquire().failure(new CallTimeoutError('inner', 5))
    clock.advance(1_000)
    breaker.acquire().success()
  }
  expect(breaker.snapshot()).toMatchObject({ opens: 3, closes: 3, timeouts: 3, totals: { success: 3, failure: 3 } })
})

test('asking lets an open breaker whose time is up become half-open', () => {
  for (const ask of ['state', 'snapshot'] as const) {
    const { breaker, clock } = openBreaker()
    clock.advance(1_000)
    expect(ask === 'state' ? breaker.state : breaker.snapshot().state).toBe('half-open')
  }
})

test.each(['sucess', 'ignore', '', undefined, null, 1])(
  'a permit settled with %j, which is no outcome, is no failure',
  (word) => {
    const { breaker } = closedBreaker()
    try {
      breaker.acquire().settle(word as never)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 0, failure: 0 } })
  },
)
