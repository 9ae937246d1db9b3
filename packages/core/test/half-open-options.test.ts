import { describe, expect, test } from 'vitest'
import { CircuitBreaker, CircuitBreakerRegistry, type HalfOpenOptions } from '../src/index.ts'
import { closedBreaker, halfOpenBreaker } from './in-state.ts'

/** S for a success, F for a failure, one probe after the other. */
function stateAfter(results: string, halfOpen: HalfOpenOptions): string {
  const { breaker } = halfOpenBreaker({ halfOpen })
  for (const result of results) {
    if (breaker.state !== 'half-open') return `${breaker.state} early`
    breaker.acquire().settle(result === 'S' ? 'success' : 'failure')
  }
  return breaker.state
}

describe('a decision by the success rate of a number of probes', () => {
  test.each([
    ['SSSSFS', 'half-open'],
    ['SSSSFSS', 'half-open'],
    ['SSSSFSSS', 'half-open'],
    ['SSSSFSSSS', 'closed'],
    ['SSSSSSS', 'half-open'],
    ['SSSSSSSS', 'closed'],
    ['SSSSSSSSF', 'closed early'],
    ['FF', 'half-open'],
    ['FFF', 'open'],
    ['SSFSFSSS', 'half-open'],
    ['SSFSFSSSF', 'open'],
    ['SSFSFSSSS', 'half-open'],
    ['SSFSFSSSSS', 'closed'],
  ])('of 10 at 0.8: after %s it is %s', (results, state) => {
    expect(stateAfter(results, { probes: 10, successRate: 0.8 })).toBe(state)
  })

  test.each([
    [{ probes: 3 }, 'SSS', 'closed'],
    [{ probes: 3 }, 'SF', 'open'],
    [{ probes: 100, successRate: 0.07 }, 'SSSSSSS', 'closed'],
    [{ probes: 1, successRate: 0.01 }, 'S', 'closed'],
  ])('%j: after %s it is %s', (halfOpen, results, state) => {
    expect(stateAfter(results, halfOpen)).toBe(state)
  })
})

describe('a round of probes', () => {
  test('re-opens, with the next attempt, when it lasts as long as maxDuration', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { maxDuration: 500, successThreshold: 3 } })
    const transitions: unknown[] = []
    breaker.on('transition', ({ to, reason, cause, attempt }) => transitions.push({ to, reason, cause, attempt }))
    const probe = breaker.acquire()
    clock.advance(499)
    expect(breaker.state).toBe('half-open')
    clock.advance(1)
    expect(breaker.state).toBe('open')
    expect(transitions).toEqual([{ to: 'open', reason: 'probes-undecided', cause: 'time', attempt: 2 }])
    probe.success()
    expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { late: 1 } })
  })
})

test.each<[string, HalfOpenOptions, HalfOpenOptions]>([
  ['nothing', {}, { maxConcurrent: 1, successThreshold: 2, probeTimeout: 10_000 }],
  ['a number of probes', { probes: 4 }, { maxConcurrent: 1, probes: 4, successRate: 1, probeTimeout: 10_000 }],
  [
    'an undefined maxDuration',
    { maxConcurrent: 3, maxDuration: undefined as never },
    { maxConcurrent: 3, successThreshold: 2, probeTimeout: 10_000 },
  ],
])('a snapshot has the settings of half-open when the options have %s', (_, halfOpen, expected) => {
  expect(new CircuitBreaker({ halfOpen }).snapshot().config['halfOpen']).toStrictEqual(expected)
})

test.each<[HalfOpenOptions, HalfOpenOptions, HalfOpenOptions]>([
  [{ successThreshold: 3 }, { probes: 4 }, { probes: 4, successRate: 1 }],
  [{ successThreshold: 3 }, { probes: 4, successRate: 0.5 }, { probes: 4, successRate: 0.5 }],
  [{ probes: 4, successRate: 0.5 }, { successThreshold: 3 }, { successThreshold: 3 }],
  [{ probes: 4, successRate: 0.5 }, { probes: 8 }, { probes: 8, successRate: 0.5 }],
  [{ probes: 4, successRate: 0.5 }, { maxConcurrent: 2 }, { maxConcurrent: 2, probes: 4, successRate: 0.5 }],
  [{ probes: 4 }, { probes: undefined, successThreshold: undefined }, { probes: 4, successRate: 1 }],
  [{ maxDuration: 5 }, { maxDuration: undefined }, { maxDuration: 5, successThreshold: 2 }],
])('%o changed by %o decides as %o', (before, changes, after) => {
  const expected = { maxConcurrent: 1, probeTimeout: 10_000, ...after }
  const registry = new CircuitBreakerRegistry({ defaults: { halfOpen: before } })
  expect(registry.get('a', { halfOpen: changes }).snapshot().config['halfOpen']).toStrictEqual(expected)
  const { breaker } = closedBreaker({ halfOpen: before })
  breaker.configure({ halfOpen: changes })
  expect(breaker.snapshot().config['halfOpen']).toStrictEqual(expected)
})

test('without a maxDuration a snapshot has no such key', () => {
  expect(closedBreaker().breaker.snapshot().config['halfOpen']).not.toHaveProperty('maxDuration')
})

test.each([
  [{ maxConcurrent: 1_001 }, RangeError, 'halfOpen.maxConcurrent'],
  [{ probes: 0 }, RangeError, 'halfOpen.probes'],
  [{ probes: 1.5 }, RangeError, 'halfOpen.probes'],
  [{ probes: '3' }, TypeError, 'halfOpen.probes'],
  [{ probes: 3, successRate: 0 }, RangeError, 'halfOpen.successRate'],
  [{ probes: 3, successRate: 80 }, RangeError, 'halfOpen.successRate'],
  [{ successRate: 0.5 }, TypeError, 'halfOpen.probes'],
  [{ probes: 3, successThreshold: 2 }, TypeError, 'halfOpen.successThreshold'],
  [{ callTimeout: 0 }, RangeError, 'halfOpen.callTimeout'],
  [{ callTimeout: Number.NaN }, RangeError, 'halfOpen.callTimeout'],
  [{ callTimeout: 20_000, probeTimeout: 5 }, RangeError, 'halfOpen.probeTimeout'],
  [{ maxDuration: -1 }, RangeError, 'halfOpen.maxDuration'],
  [{ maxDuration: '1s' }, TypeError, 'halfOpen.maxDuration'],
])('halfOpen: %j throws an error that names the option', (halfOpen, kind, named) => {
  const make = () => new CircuitBreaker({ halfOpen: halfOpen as never })
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})
