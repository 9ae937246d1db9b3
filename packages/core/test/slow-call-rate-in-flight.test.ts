import { fakeClock } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyOf, CircuitBreaker, consecutiveFailures, type Permit, slowCallRate, timeWindow } from '../src/index.ts'
import { slowBreaker } from './slow-breaker.ts'

describe('slowCallRate, asked after a long silence', () => {
  test('admits a call an hour after two callers gave up on slow calls', () => {
    const { breaker, clock } = slowBreaker()
    const hanging = [breaker.acquire(), breaker.acquire()]
    clock.advance(150)
    for (const permit of hanging) permit.ignore()
    clock.advance(3_600_000)
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 0 })
  })

  test('decides the same whether there was a snapshot before or not', () => {
    const decisions = [true, false].map((asks) => {
      const { breaker, clock } = slowBreaker({ minimumCalls: 3 })
      const hanging = [breaker.acquire(), breaker.acquire(), breaker.acquire()]
      clock.advance(150)
      for (const permit of hanging) permit.ignore()
      clock.advance(3_600_000)
      if (asks) breaker.snapshot()
      return [breaker.tryAcquire().admitted, breaker.snapshot().opens]
    })
    expect(decisions).toEqual([
      [true, 0],
      [true, 0],
    ])
  })

  test('decides the same whether or not there is a snapshot before each call, whatever happens', () => {
    const step = fc.oneof(
      fc.constant({ do: 'begin' as const }),
      fc.record({
        do: fc.constant('end' as const),
        pick: fc.nat(),
        outcome: fc.constantFrom('ignored' as const, 'ignored' as const, 'ignored' as const, 'success' as const),
      }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(50, 100, 500, 1_000) }),
    )
    const property = fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
      const asked = slowBreaker({ window: timeWindow(1_000) })
      const other = slowBreaker({ window: timeWindow(1_000) })
      const running: [Permit, Permit][] = []
      for (const one of steps) {
        if (one.do === 'pass') for (const { clock } of [asked, other]) clock.advance(one.ms)
        else if (one.do === 'end') {
          const [call] = running.splice(one.pick % (running.length || 1), 1)
          for (const permit of call ?? []) permit.settle(one.outcome)
        } else {
          asked.breaker.snapshot()
          const [first, second] = [asked.breaker.tryAcquire(), other.breaker.tryAcquire()]
          expect(first.admitted).toBe(second.admitted)
          if (first.admitted && second.admitted) running.push([first, second])
          expect(asked.breaker.snapshot()).toEqual(other.breaker.snapshot())
        }
      }
    })
    fc.assert(property, { numRuns: 2_000 })
  }, 120_000)
})

describe('slowCallRate and late calls', () => {
  test.each(['success', 'failure', 'ignored'] as const)('does not count a late %s that was slow', (outcome) => {
    const { breaker, clock } = slowBreaker({ minimumCalls: 1 })
    const permit = breaker.acquire()
    breaker.forceClosed()
    clock.advance(200)
    permit.settle(outcome)
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      opens: 0,
      totals: { late: 1 },
      window: { calls: 0, slowCalls: 0 },
    })
  })

  test('does not count a late success beside another policy', () => {
    const clock = fakeClock()
    const trip = anyOf(consecutiveFailures(2), slowCallRate({ slowAfter: 100, minimumCalls: 1 }))
    const breaker = new CircuitBreaker({ trip, now: clock.now })
    const permit = breaker.acquire()
    breaker.forceClosed()
    clock.advance(200)
    permit.success()
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 0, totals: { late: 1 } })
  })
})
