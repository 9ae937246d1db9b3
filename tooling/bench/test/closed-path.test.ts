import { expect, test } from 'vitest'
import { runCase } from '../src/run-case.js'

test('execute on a closed breaker costs less than an async function with try, await and catch', async () => {
  // Other work on the machine can only make a ratio worse for a while, so the best of three attempts is the measurement.
  const ratios: number[] = []
  while (ratios.length < 3 && !ratios.some((ratio) => ratio < 1)) {
    ratios.push((await runCase('consecutive', 15, 50_000)).ratio)
  }
  expect(Math.min(...ratios)).toBeLessThan(1)
}, 60_000)
