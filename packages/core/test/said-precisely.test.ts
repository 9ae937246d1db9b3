import { expect, test, vi } from 'vitest'
import { CircuitBreaker, probeInBackground } from '../src/index.ts'

const refusals: [string, () => unknown, string][] = [
  [
    'a background probe',
    () => probeInBackground(new CircuitBreaker(), () => 1, { every: 5 } as never),
    'probeInBackground options has no option "every"; it may have interval',
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
