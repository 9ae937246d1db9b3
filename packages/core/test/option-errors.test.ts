import { expect, test } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureRate,
  observe,
  probeInBackground,
  restoreState,
  saveState,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'

const wrong: never = 'x' as never
const breaker = new CircuitBreaker()

const mistakes: [string, () => unknown, string][] = [
  ['execute', () => breaker.execute(wrong), 'execute needs a function, got "x"'],
  [
    'a promise',
    () => breaker.execute(Promise.reject(new Error('down')) as never),
    'execute needs a function, got a promise: pass () => promise',
  ],
  [
    'a function in place of the options',
    () => new CircuitBreaker((() => 1) as never),
    'CircuitBreaker options must be an object, got a function: give it to execute(fn) or wrap(fn)',
  ],
  [
    'a promise of options',
    () => new CircuitBreaker(Promise.resolve({}) as never),
    'CircuitBreaker options must be an object, got a promise',
  ],
  ['a Map of options', () => new CircuitBreaker(new Map() as never), 'CircuitBreaker options must be an object'],
  [
    'a promise of changes',
    () => breaker.configure(Promise.resolve({}) as never),
    'configure changes must be an object, got a promise',
  ],
  [
    'a promise of the options of a call',
    () => breaker.execute(() => 1, Promise.resolve({}) as never),
    'execute options must be an object, got a promise',
  ],
  ['a promise for wrap', () => breaker.wrap(Promise.resolve() as never), 'wrap(fn) must be a function, got a promise'],
  ['options', () => new CircuitBreaker(null as never), 'CircuitBreaker options must be an object, got null'],
  [
    "opossum's timeout",
    () => new CircuitBreaker({ timeout: 5 } as never),
    'unknown option "timeout" in CircuitBreaker options: did you mean callTimeout?',
  ],
  [
    "opossum's resetTimeout of a registry",
    () => new CircuitBreakerRegistry({ defaults: { resetTimeout: 5 } as never }),
    'unknown option "resetTimeout" in defaults: did you mean openDuration?',
  ],
  [
    "cockatiel's halfOpenAfter in overrides",
    () => new CircuitBreakerRegistry().get('a', { halfOpenAfter: 5 } as never),
    'unknown option "halfOpenAfter" in registry.get(overrides): did you mean openDuration?',
  ],
  [
    "opossum's errorThresholdPercentage in a change",
    () => breaker.configure({ errorThresholdPercentage: 50 } as never),
    'unknown option "errorThresholdPercentage" in configure changes: did you mean trip: failureRate({ threshold })?',
  ],
  ['wrap', () => breaker.wrap(wrong), 'wrap(fn) must be a function, got "x"'],
  [
    'an event',
    () => breaker.on(wrong, () => {}),
    'on(event) must be one of transition, outcome, rejection, fallback, override, got "x"',
  ],
  ['settle', () => breaker.acquire().settle(wrong), "settle(outcome) must be 'success', 'failure' or 'ignored', got "],
  ['trip', () => new CircuitBreaker({ trip: wrong }), 'trip must be a trip policy, such as consecutiveFailures(5) or'],
  ['anyOf', () => anyOf(consecutiveFailures(1), wrong), 'anyOf argument 2 must be a trip policy'],
  [
    'openDuration',
    () => new CircuitBreaker({ openDuration: wrong }),
    'openDuration must be a number of milliseconds > 0 or a function such as exponentialBackoff(), got "x"',
  ],
  [
    'a backoff',
    () => exponentialBackoff({ max: 1 }),
    'exponentialBackoff max must be a number of milliseconds >= 1000, got 1',
  ],
  ['forceOpen', () => breaker.forceOpen(5 as never), 'forceOpen(note) must be a string, got 5'],
  ['forceClosed', () => breaker.forceClosed(5 as never), 'forceClosed(note) must be a string, got 5'],
  ['a name', () => new CircuitBreaker({ name: '' }), 'name must be a non-empty string, got ""'],
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
    'the options of restoreState',
    () => restoreState(breaker, {}, { fresh: true } as never),
    'unknown option "fresh" in restoreState options; known options: orFresh',
  ],
  ['orFresh', () => restoreState(breaker, {}, { orFresh: 'yes' } as never), 'orFresh must be a boolean, got "yes"'],
  ['the breaker of saveState', () => saveState(wrong), 'breaker must be a CircuitBreaker, got "x"'],
  ['the breaker of restoreState', () => restoreState(wrong, {}), 'breaker must be a CircuitBreaker, got "x"'],
  [
    'an admission policy',
    () => new CircuitBreaker({ admission: wrong }),
    'admission must be an admission policy, such as adaptiveThrottle() or ramp({ duration }), got "x"',
  ],
  ['a recovery policy', () => new CircuitBreaker({ recovery: wrong }), 'recovery must be an admission policy, such as'],
  [
    'the former option ramp',
    () => new CircuitBreaker({ ramp: wrong } as never),
    'unknown option "ramp" in CircuitBreaker',
  ],
  [
    'the options of forceOpen',
    () => breaker.forceOpen('deploy', { until: 5 } as never),
    'unknown option "until" in forceOpen(options); known options: for',
  ],
  [
    'the time of forceClosed',
    () => breaker.forceClosed('deploy', { for: 0 }),
    'forceClosed for must be a number of milliseconds > 0, got 0',
  ],
  [
    'the options of a background probe',
    () => probeInBackground(new CircuitBreaker(), () => 1, { every: 5 } as never),
    'unknown option "every" in probeInBackground options; known options: interval',
  ],
  [
    "a throttle's window",
    () => adaptiveThrottle({ window: 5 as never }),
    'adaptiveThrottle window must be a window, countWindow(size) or timeWindow(ms), got 5',
  ],
  [
    'the minimum of a throttle',
    () => adaptiveThrottle({ minimumCalls: 1.5 }),
    'adaptiveThrottle minimumCalls must be an integer >= 1, got 1.5',
  ],
]

test.each(mistakes)('an error names what was wrong and what is allowed: %s', async (_, use, words) => {
  await expect((async () => use())()).rejects.toThrow(words)
})

test.each<[string, () => unknown, string]>([
  ['an integer', () => consecutiveFailures(0), 'must be an integer >= 1, got 0'],
  ['an integer with a maximum', () => timeWindow(5, { buckets: 0 }), 'must be an integer from 1 to 10000, got 0'],
  ['milliseconds', () => timeWindow(0), 'timeWindow(ms) must be a number of milliseconds > 0, got 0'],
  [
    'milliseconds with a maximum',
    () => new CircuitBreaker({ callTimeout: 0 }),
    'callTimeout must be a number of milliseconds > 0 and <= 2147483647, got 0',
  ],
  ['a ratio', () => exponentialBackoff({ jitter: 2 }), 'must be a number from 0 to 1, got 2'],
  ['a ratio above 0', () => failureRate({ threshold: 0 }), 'must be a number > 0 and <= 1, got 0'],
  ['a number with a minimum', () => exponentialBackoff({ factor: 0 }), 'must be a number >= 1, got 0'],
  ['a number above another', () => adaptiveThrottle({ multiplier: 1 }), 'must be a number > 1, got 1'],
  ['a boolean', () => restoreState(breaker, {}, { orFresh: 1 } as never), 'must be a boolean, got 1'],
])('an error says which numbers are allowed: %s', (_, use, words) => {
  expect(use).toThrow(words)
})
