import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../limits.js'
import type { CaseResult } from '../src/run-case.js'
import { exceeded, gauge, numbersOf } from './gauge.ts'

const own = ['@cb/core lean', '@cb/core'] as const
const everyone = [...own, 'careless']

describe('one call', () => {
  let counts: CaseResult
  beforeAll(async () => {
    counts = await gauge('counts', everyone)
  })

  test.each(own)(
    '%s makes one promise, adds one turn to a success and two to a failure, and allocates little',
    (name) => {
      expect(exceeded(numbersOf(counts, name), limits.counts[name])).toEqual([])
    },
  )

  test('a careless breaker exceeds each of these limits', () => {
    expect(exceeded(numbersOf(counts, 'careless'), limits.counts['@cb/core'])).toHaveLength(4)
  })
})

describe.each(Object.entries(limits.limited))('%s: timers and AbortControllers of each call', (id, most) => {
  let limited: CaseResult
  beforeAll(async () => {
    limited = await gauge(id, everyone)
  })

  test.each(own)('%s creates no timer for each, and no controller that nobody sees', (name) => {
    expect(exceeded(numbersOf(limited, name), most)).toEqual([])
  })

  test('a careless breaker creates more', () => {
    expect(exceeded(numbersOf(limited, 'careless'), most).length).toBeGreaterThan(0)
  })
})

describe('timers', () => {
  let timers: CaseResult
  beforeAll(async () => {
    timers = await gauge('timers', everyone)
  })

  test.each(own)('%s holds none: idle, open, or with a call in flight', (name) => {
    expect(numbersOf(timers, name)).toEqual(limits.timers)
  })

  test('a careless breaker holds some in each state', () => {
    expect(exceeded(numbersOf(timers, 'careless'), limits.timers)).toHaveLength(3)
  })
})

describe('memory', () => {
  let bytes: CaseResult
  beforeAll(async () => {
    bytes = await gauge('bytes', everyone)
  })

  test.each(own)('%s is small when fresh, after a thousand calls, and for each call in flight', (name) => {
    expect(exceeded(numbersOf(bytes, name), limits.memory[name])).toEqual([])
  })

  test('a careless breaker exceeds each of these limits', () => {
    expect(exceeded(numbersOf(bytes, 'careless'), limits.memory['@cb/core lean'])).toHaveLength(3)
  })
})
