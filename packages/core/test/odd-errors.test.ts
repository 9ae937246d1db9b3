import { expect, test } from 'vitest'
import { retryDelay } from '../src/index.ts'

test('a retryAfterMs that is no number says nothing to a retry', () => {
  expect(retryDelay(Object.assign(new Error('busy'), { retryAfterMs: '250' }))).toBe(0)
})
