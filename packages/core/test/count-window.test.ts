import { fakeClock } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countWindow } from '../src/index.ts'

const aClock = () => {
  const { now, advance } = fakeClock(1_000)
  return {
    now,
    advance,
    get last() {
      return now()
    },
  }
}

describe('countWindow', () => {
  test('holds the same as a list of the last calls', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(31, 32, 33, 63, 64, 65))
    const property = fc.property(sizes, fc.array(fc.boolean(), { maxLength: 400 }), (size, outcomes) => {
      const window = countWindow(size).open(aClock())
      const list: boolean[] = []
      for (const failed of outcomes) {
        window.record(failed)
        list.push(failed)
        if (list.length > size) list.shift()
        const expected = { calls: list.length, failures: list.filter(Boolean).length }
        expect(window.counts()).toEqual(expected)
        expect({ calls: window.calls, failures: window.failures }).toEqual(expected)
      }
    })
    fc.assert(property, { numRuns: 200 })
  }, 120_000)

  test.each([1, 2 ** 24])('a window of %i works', (size) => {
    const window = countWindow(size).open(aClock())
    window.record(true)
    window.record(false)
    expect(window.counts()).toEqual(size === 1 ? { calls: 1, failures: 0 } : { calls: 2, failures: 1 })
  })
})
