import { expect, test } from 'vitest'
import { limits } from '../limits.js'
import { bestRatio } from './gauge.ts'

// CPU, and not requests per second: on a busy machine these tell more of the others than of the breaker.

test('a request of axios through a breaker takes about as much CPU as without', async () => {
  const limit = limits.http.axios
  expect(await bestRatio('axios', ['axios', '@cb/axios'], 'cpu', (ratio) => ratio <= limit)).toBeLessThanOrEqual(limit)
})

test('a request to Express behind a guard takes about as much CPU as behind an empty middleware', async () => {
  const limit = limits.http.express
  const ratio = await bestRatio('express', ['empty middleware', '@cb/express'], 'cpu', (ratio) => ratio <= limit)
  expect(ratio).toBeLessThanOrEqual(limit)
})

test.each([
  ['axios', 'axios'],
  ['express', 'empty middleware'],
] as const)('half a millisecond more for each request exceeds the limit of %s', async (id, floor) => {
  const limit = limits.http[id]
  expect(await bestRatio(id, [floor, 'careless'], 'cpu', (ratio) => ratio > limit)).toBeGreaterThan(limit)
})
