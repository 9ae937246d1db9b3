import { describe, expect, test } from 'vitest'
import { limits } from '../limits.js'
import { bestRatio } from './gauge.ts'

describe.each(Object.entries(limits.ratios))(
  '%s against an async function with try, await and catch',
  (name, ratios) => {
    test.each(Object.entries(ratios))('%s costs at most %d times as much', async (id, limit) => {
      const ratio = await bestRatio(id, ['wrapper', name], 'ns', (ratio) => ratio <= limit)
      expect(ratio).toBeLessThanOrEqual(limit)
    })
  },
)

test.each(Object.entries(limits.ratios['@cb/core']))(
  'a careless breaker exceeds the limit of %s',
  async (id, limit) => {
    expect(await bestRatio(id, ['wrapper', 'careless'], 'ns', (ratio) => ratio > limit)).toBeGreaterThan(limit)
  },
)
