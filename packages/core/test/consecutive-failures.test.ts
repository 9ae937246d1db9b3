import { describe, expect, test } from 'vitest'
import { consecutiveFailures } from '../src/index.ts'
import { openedBy } from './opened-by.ts'

describe('consecutiveFailures', () => {
  test.each([
    [1, 'f', 1],
    [3, 'ffsfff', 6],
    [3, 'ffsffsff', null],
    [3, 'fifif', 5],
    [3, 'iiiiii', null],
  ])('with a threshold of %i and the outcomes %s it opens at call %j', (threshold, outcomes, expected) => {
    expect(openedBy(consecutiveFailures(threshold), outcomes)).toBe(expected)
  })
})
