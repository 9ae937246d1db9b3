import { expect, test } from 'vitest'
import { CircuitOpenError, defaultClassify, retryDelay } from '../src/index.ts'

test('a retryAfterMs that is no number says nothing to a retry', () => {
  expect(retryDelay(Object.assign(new Error('busy'), { retryAfterMs: '250' }))).toBe(0)
})

test.each([
  [
    'a refusal that p-retry was told not to retry',
    { name: 'AbortError', originalError: new CircuitOpenError('a', 'open', 5) },
  ],
  [
    'the answer of a limiter that has no class',
    Object.assign(Object.create(null), { msBeforeNext: 5, remainingPoints: 0 }),
  ],
])('%s says nothing about the dependency', (_, reason) => {
  expect(defaultClassify({ status: 'rejected', reason })).toBe('ignored')
})

test.each([
  ['ramp', 'circuit breaker "a" is recovering and does not admit every call yet; ask again in 1 ms'],
  ['throttled', 'circuit breaker "a" is throttled, for too many calls fail; ask again in 1 ms'],
] as const)('a rejection says why: %s', (reason, words) => {
  expect(new CircuitOpenError('a', reason, 1).message).toBe(words)
})
