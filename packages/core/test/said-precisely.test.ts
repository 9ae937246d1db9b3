import { expect, test, vi } from 'vitest'
import { adaptiveThrottle, CircuitBreaker, observe, probeInBackground } from '../src/index.ts'

const breaker = new CircuitBreaker()

const refusals: [string, () => unknown, string][] = [
  [
    'a way to restore',
    () => breaker.restore({}, { fresh: true } as never),
    'restore options has no option "fresh"; it may have orFresh',
  ],
  [
    'an end of forceOpen',
    () => breaker.forceOpen('deploy', { until: 5 } as never),
    'forceOpen(options) has no option "until"; it may have for',
  ],
  [
    'an end of forceClosed',
    () => breaker.forceClosed('deploy', { for: 0 }),
    'forceClosed for must be a number of milliseconds above 0 and at most 9007199254740991, got 0',
  ],
  [
    'a background probe',
    () => probeInBackground(new CircuitBreaker(), () => 1, { every: 5 } as never),
    'probeInBackground options has no option "every"; it may have interval',
  ],
  [
    "a throttle's window",
    () => adaptiveThrottle({ window: 5 as never }),
    'adaptiveThrottle window must be a window, countWindow(size) or timeWindow(ms), got 5',
  ],
  [
    'half a call',
    () => adaptiveThrottle({ minimumCalls: 1.5 }),
    'adaptiveThrottle minimumCalls must be a whole number, at least 1, got 1.5',
  ],
]

test.each(refusals)('a refusal names the option and says what it may be: %s', (_, use, words) => {
  expect(use).toThrow(words)
})

test('who makes a breaker for each request is told what to do instead', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (let request = 0; request < 1_000; request++) new CircuitBreaker({ name: 'again and again' })
  expect(error).toHaveBeenCalledWith(
    expect.stringContaining('1000 breakers of this name were made. Make one and keep it'),
  )
  error.mockRestore()
})

test('an observer that throws instead of running a call is reported, and the call is made', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const end = observe({
    call() {
      throw new Error('my bug')
    },
  })
  await expect(new CircuitBreaker({ name: 'traced' }).execute(() => 1)).resolves.toBe(1)
  end()
  expect(error).toHaveBeenCalledWith(
    expect.stringContaining('circuit breaker "traced": an observer threw: Error: my bug'),
  )
  error.mockRestore()
})
