import { beforeAll, expect, test } from 'vitest'
import { limits } from '../limits.js'
import { exportSizes, mismatches, type Sizes, sizesOf, tooLarge } from '../src/export-sizes.js'

let sizes: Record<string, Sizes>
beforeAll(async () => {
  sizes = await exportSizes()
})

test('each export of core has a limit, and each limit an export', () => {
  expect(mismatches(sizes, limits.exports)).toEqual([])
})

test('no export of core is larger than its limit, with esbuild or with rolldown', () => {
  expect(tooLarge(sizes, limits.exports)).toEqual([])
})

test('an export without a limit is named', () => {
  expect(mismatches({ retryDelay: {}, ramp: {} }, { ramp: 900 })).toEqual(['retryDelay has no limit'])
})

test('a limit of what is not exported is named', () => {
  expect(mismatches({ ramp: {} }, { ramp: 900, ramps: 900 })).toEqual(['ramps is not exported'])
})

test('an export that takes in the whole breaker is above its limit with both bundlers', async () => {
  const grown = await sizesOf("export { retryDelay, CircuitBreaker } from '@cb/core'")
  expect(tooLarge({ retryDelay: grown }, limits.exports)).toHaveLength(2)
})

test('a dependency of a kilobyte is above the limit of the whole', async () => {
  const grown = await sizesOf("export * from '@cb/core'; export { Circuit } from 'mollitia'")
  expect(tooLarge({ '*': grown }, limits.exports)).toHaveLength(2)
})
