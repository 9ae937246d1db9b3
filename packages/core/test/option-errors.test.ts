import { expect, test } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureRate,
  observe,
  probeInBackground,
  slowCallRate,
} from '../src/index.ts'

const wrong: never = 'x' as never
const breaker = new CircuitBreaker()

const mistakes: [string, () => unknown, string][] = [
  ['execute', () => breaker.execute(wrong), 'execute needs a function, got "x"'],
  ['wrap', () => breaker.wrap(wrong), 'wrap(fn) must be a function, got "x"'],
  ['an event', () => breaker.on(wrong, () => {}), 'on(event) must be one of transition, outcome, rejection, got "x"'],
  ['settle', () => breaker.acquire().settle(wrong), "settle(outcome) must be 'success', 'failure' or 'ignored', got "],
  ['trip', () => new CircuitBreaker({ trip: wrong }), 'trip must be a trip policy, such as consecutiveFailures(5) or'],
  ['anyOf', () => anyOf(consecutiveFailures(1), wrong), 'anyOf argument 2 must be a trip policy'],
  [
    'openDuration',
    () => new CircuitBreaker({ openDuration: wrong }),
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
  ['a signal', () => breaker.execute(() => 1, { signal: wrong }), 'signal must be an AbortSignal, got "x"'],
  ['an observer', () => observe(wrong), 'observer must be an object, got "x"'],
  [
    'the breaker of a background probe',
    () => probeInBackground(wrong, () => 1),
    'breaker must be a CircuitBreaker, got "x"',
  ],
  [
    'a probeTimeout',
    () => new CircuitBreaker({ callTimeout: 50, halfOpen: { probeTimeout: 50 } }),
    'halfOpen.probeTimeout must be longer than callTimeout (50), got 50',
  ],
  [
    'the minimum of a rate',
    () => failureRate({ window: countWindow(5), minimumCalls: 6 }),
    "minimumCalls must be at most the window's size 5, got 6",
  ],
  [
    'the window of a slow call rate',
    () => slowCallRate({ slowAfter: 5, window: wrong }),
    'slowCallRate window must be a window',
  ],
  [
    'a window',
    () => failureRate({ window: { open: () => {} } as never }),
    'failureRate window must be a window, countWindow(size) or timeWindow(ms), got an object',
  ],
  [
    'the options of restore',
    () => breaker.restore({}, { fresh: true } as never),
    'restore options has no option "fresh"; it may have orFresh',
  ],
  [
    'the options of forceOpen',
    () => breaker.forceOpen('deploy', { until: 5 } as never),
    'forceOpen(options) has no option "until"; it may have for',
  ],
  [
    'the time of forceClosed',
    () => breaker.forceClosed('deploy', { for: 0 }),
    'forceClosed for must be a number of milliseconds above 0 and at most 9007199254740991, got 0',
  ],
  [
    'the options of a background probe',
    () => probeInBackground(new CircuitBreaker(), () => 1, { every: 5 } as never),
    'probeInBackground options has no option "every"; it may have interval',
  ],
  [
    "a throttle's window",
    () => adaptiveThrottle({ window: 5 as never }),
    'adaptiveThrottle window must be a window, countWindow(size) or timeWindow(ms), got 5',
  ],
  [
    'the minimum of a throttle',
    () => adaptiveThrottle({ minimumCalls: 1.5 }),
    'adaptiveThrottle minimumCalls must be a whole number, at least 1, got 1.5',
  ],
]

test.each(mistakes)('an error names what was wrong and what is allowed: %s', async (_, use, words) => {
  await expect((async () => use())()).rejects.toThrow(words)
})
