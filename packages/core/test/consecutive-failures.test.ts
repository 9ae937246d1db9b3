import { describe, expect, test } from 'vitest'
import { CircuitBreaker, consecutiveFailures, restoreState, saveState } from '../src/index.ts'
import { closedBreaker, down } from './in-state.ts'
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

  test.each<[string, 'open' | 'closed']>([
    ['ffffffffffffffffffff', 'closed'], // one connection has died
    ['f f f', 'open'],
    ['ff ff f', 'open'],
    ['f s f f', 'closed'],
    ['f f sf', 'closed'],
    ['fsfffff', 'closed'], // a success in between does not make more of a blip
  ])('with lumpWithin, failures of the same moment count once: after %j it is %s', (moments, state) => {
    const { breaker, clock } = closedBreaker({ trip: consecutiveFailures(3, { lumpWithin: 20 }) })
    for (const moment of moments) {
      if (moment === ' ') clock.advance(20)
      else breaker.acquire().settle(moment === 's' ? 'success' : 'failure', down)
    }
    expect(breaker.state).toBe(state)
    expect(breaker.snapshot().totals.failure).toBe(moments.replace(/[^f]/g, '').length)
  })

  test('lumps failures that come just before the end of lumpWithin, and not those at its end', () => {
    const { breaker, clock } = closedBreaker({ trip: consecutiveFailures(2, { lumpWithin: 20 }) })
    breaker.acquire().failure(down)
    clock.advance(19)
    breaker.acquire().failure(down)
    expect(breaker.state).toBe('closed')
    clock.advance(1)
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({
      reason: 'consecutive-failures',
      trip: { threshold: 2, failures: 2 },
    })
  })

  test('with lumpWithin is saved and restored, and its options are in the snapshot', () => {
    const trip = consecutiveFailures(2, { lumpWithin: 20 })
    const { breaker, clock } = closedBreaker({ trip })
    breaker.acquire().failure(down)
    const restored = new CircuitBreaker({ name: 'test', trip, now: clock.now })
    restoreState(restored, JSON.parse(JSON.stringify(saveState(breaker))))
    clock.advance(10)
    restored.acquire().failure(down)
    expect(restored.state).toBe('closed')
    clock.advance(20)
    restored.acquire().failure(down)
    expect(restored.state).toBe('open')
    expect(breaker.snapshot().config['trip']).toEqual({ policy: 'consecutive-failures', threshold: 2, lumpWithin: 20 })
  })

  test.each([
    [{ lumpWithin: 0 }, RangeError, 'consecutiveFailures lumpWithin must be a number of milliseconds > 0, got 0'],
    [{ lumpWithin: '1s' }, TypeError, 'consecutiveFailures lumpWithin'],
    [{ within: 5 }, TypeError, 'unknown option "within" in consecutiveFailures'],
    [5, TypeError, 'consecutiveFailures'],
  ])('with the options %j it throws an error that names the option', (options, kind, words) => {
    const make = () => consecutiveFailures(3, options as never)
    expect(make).toThrow(kind)
    expect(make).toThrow(words)
  })
})
