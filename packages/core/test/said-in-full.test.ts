import { describe, expect, test } from 'vitest'
import {
  anyOf,
  CallTimeoutError,
  CircuitBreaker,
  CircuitOpenError,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureCount,
  failureRate,
  observe,
  probeInBackground,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'
import { closedBreaker, down } from './in-state.ts'

const notOne: never = 'x' as never
const breaker = new CircuitBreaker()

const refusals: [string, () => unknown, string][] = [
  ['execute', () => breaker.execute(notOne), 'execute needs a function, got "x"'],
  ['wrap', () => breaker.wrap(notOne), 'wrap(fn) must be a function, got "x"'],
  ['an event', () => breaker.on(notOne, () => {}), 'on(event) must be one of transition, outcome, rejection, got "x"'],
  ['settle', () => breaker.acquire().settle(notOne), "settle(outcome) must be 'success', 'failure' or 'ignored', got "],
  ['trip', () => new CircuitBreaker({ trip: notOne }), 'trip must be a trip policy, such as consecutiveFailures(5) or'],
  ['anyOf', () => anyOf(consecutiveFailures(1), notOne), 'anyOf argument 2 must be a trip policy'],
  [
    'openDuration',
    () => new CircuitBreaker({ openDuration: notOne }),
    'openDuration must be a number of milliseconds above 0 or a function such as exponentialBackoff(), got "x"',
  ],
  [
    'a backoff',
    () => exponentialBackoff({ max: 1 }),
    'exponentialBackoff max must be a number of milliseconds from 1000',
  ],
  ['forceOpen', () => breaker.forceOpen(5 as never), 'forceOpen(reason) must be a string, got 5'],
  ['forceClosed', () => breaker.forceClosed(5 as never), 'forceClosed(reason) must be a string, got 5'],
  ['a name', () => new CircuitBreaker({ name: '' }), 'name must be a string that is not empty, got ""'],
  ['a signal', () => breaker.execute(() => 1, { signal: notOne }), 'signal must be an AbortSignal, got "x"'],
  ['an observer', () => observe(notOne), 'observer must be an object, got "x"'],
  ['what is probed', () => probeInBackground(notOne, () => 1), 'breaker must be a CircuitBreaker, got "x"'],
  [
    'a lease',
    () => new CircuitBreaker({ callTimeout: 50, halfOpen: { probeTimeout: 50 } }),
    'halfOpen.probeTimeout must be longer than callTimeout (50), got 50',
  ],
  [
    'a minimum',
    () => failureRate({ window: countWindow(5), minimumCalls: 6 }),
    "minimumCalls must be at most the window's size 5, got 6",
  ],
  ['a slow call rate', () => slowCallRate({ slowAfter: 5, window: notOne }), 'slowCallRate window must be a window'],
  [
    'a window',
    () => failureRate({ window: { open: () => {} } as never }),
    'failureRate window must be a window, countWindow(size) or timeWindow(ms), got an object',
  ],
]

test.each(refusals)('a refusal says what was wrong and what it may be: %s', async (_, use, words) => {
  await expect((async () => use())()).rejects.toThrow(words)
})

describe('a rejection says why', () => {
  test('open', () => {
    expect(new CircuitOpenError('payments', 'open', 5).message).toBe(
      'circuit breaker "payments" is open; ask again in 5 ms',
    )
  })
  test('half-open', () => {
    expect(new CircuitOpenError('payments', 'half-open', 5).message).toContain('half-open and every probe is in flight')
  })
  test('forced open', () => {
    expect(new CircuitOpenError('payments', 'forced-open', null).message).toBe(
      'circuit breaker "payments" is forced open',
    )
  })
  test('with a name of up to 100 characters in full, and a longer one cut', () => {
    expect(new CircuitOpenError('n'.repeat(100), 'open', 5).message).toContain(`"${'n'.repeat(100)}"`)
    expect(new CircuitOpenError('n'.repeat(101), 'open', 5).message).toContain(`"${'n'.repeat(100)}…"`)
  })
})

test('copies of other versions know each other by names that stay', () => {
  expect(Reflect.get(CircuitOpenError.prototype, Symbol.for('@cb/core/CircuitOpenError'))).toBe(true)
  expect(Reflect.get(CallTimeoutError.prototype, Symbol.for('@cb/core/CallTimeoutError'))).toBe(true)
  expect(Reflect.has(globalThis, Symbol.for('@cb/core/hub.v1'))).toBe(true)
})

test('a hostile value is no error of ours', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
    },
  )
  expect(hostile instanceof CircuitOpenError).toBe(false)
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
      openDuration: { initial: 7, max: 15_000, factor: 2, jitter: 0.5 },
    },
  ],
  [
    'a slow call rate over few calls',
    () => closedBreaker({ trip: slowCallRate({ slowAfter: 5, window: countWindow(3) }) }).breaker,
    { trip: { policy: 'slow-call-rate', slowAfter: 5, threshold: 0.5, minimumCalls: 3, window: { size: 3 } } },
  ],
  [
    'the longest half-open',
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

test.each(configs)('a snapshot tells the options: %s', (_, make, config) => {
  expect(make().snapshot().config).toMatchObject(config)
})

test('no limit to half-open is no key of the options', () => {
  expect(closedBreaker().breaker.snapshot().config['halfOpen']).not.toHaveProperty('maxDuration')
})

test('a minimum of calls may be as large as the window', () => {
  expect(slowCallRate({ slowAfter: 5, window: countWindow(3), minimumCalls: 3 }).name).toBe('slow-call-rate')
})

test('a transition by a count of failures tells the numbers', () => {
  const { breaker } = closedBreaker({ trip: failureCount({ threshold: 1 }) })
  breaker.acquire().failure(down)
  expect(breaker.snapshot().lastTransition).toMatchObject({
    reason: 'failure-count',
    trip: { policy: 'failure-count', threshold: 1, calls: 1, failures: 1 },
  })
})
