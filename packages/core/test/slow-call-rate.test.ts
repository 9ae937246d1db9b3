import { fakeClock } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  type Permit,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'
import { slowBreaker } from './slow-breaker.ts'

describe('slowCallRate', () => {
  test('opens when enough calls were slow, successes and failures alike', () => {
    const { breaker, call } = slowBreaker({ minimumCalls: 4 })
    call(5).success()
    call(99).failure()
    call(100).success()
    expect(breaker.state).toBe('closed')
    call(150).failure()
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      lastTransition: { reason: 'slow-call-rate', trip: { calls: 4, slowCalls: 2, slowCallRate: 0.5, threshold: 0.5 } },
    })
  })

  test('opens while calls hang, before any of them has finished', () => {
    const { breaker, clock } = slowBreaker({ minimumCalls: 3 })
    const hanging = [breaker.acquire(), breaker.acquire(), breaker.acquire()]
    clock.advance(99)
    expect(breaker.state).toBe('closed')
    clock.advance(1)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'open', retryAfterMs: 1_000 })
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'slow-call-rate', cause: 'time' })
    for (const permit of hanging) permit.success()
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, late: 3 })
  })

  test('counts a call that was slow in flight only once', () => {
    const { breaker, clock } = slowBreaker({ minimumCalls: 3, window: countWindow(10) })
    const hanging = breaker.acquire()
    clock.advance(500)
    expect(breaker.snapshot().window).toEqual({ calls: 1, failures: 0, slowCalls: 1, slowCallRate: null })
    hanging.success()
    expect(breaker.snapshot()).toMatchObject({ window: { calls: 1, slowCalls: 1 }, totals: { success: 1, late: 0 } })
  })

  test('does not count an ignored call that was not slow', () => {
    const { breaker, call } = slowBreaker({ minimumCalls: 1 })
    call(99).ignore()
    expect(breaker.snapshot().window.calls).toBe(0)
  })

  test('opens when callers abort calls that hang, also without a call in between', () => {
    const { breaker, call } = slowBreaker({ minimumCalls: 2 })
    call(100).ignore()
    call(5_000).ignore()
    expect(breaker.state).toBe('open')
    expect(breaker.snapshot().totals.ignored).toBe(2)
  })

  test('counts a call that never settles as one slow call, and forgets it with the window', () => {
    const { breaker, clock } = slowBreaker({ minimumCalls: 5, window: timeWindow(1_000) })
    breaker.acquire()
    clock.advance(100)
    expect(breaker.snapshot().window.slowCalls).toBe(1)
    clock.advance(2_000)
    expect(breaker.snapshot().window).toMatchObject({ calls: 0, slowCalls: 0 })
  })

  test('sees calls through execute, with and without options', async () => {
    const { breaker, clock } = slowBreaker()
    for (const signal of [undefined, new AbortController().signal]) {
      await breaker.execute(() => void clock.advance(120), ...(signal === undefined ? [] : [{ signal }]))
    }
    expect(breaker.state).toBe('open')
  })

  test('forgets a call that settled during an override', () => {
    const { breaker, clock } = slowBreaker({ minimumCalls: 1 })
    const inFlight = breaker.acquire()
    breaker.forceClosed()
    inFlight.success()
    clock.advance(500)
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      window: { calls: 0, slowCalls: 0 },
      totals: { late: 1 },
    })
  })

  test('works beside other policies, which see every outcome', () => {
    const clock = fakeClock()
    const trip = anyOf(consecutiveFailures(2), slowCallRate({ slowAfter: 100, minimumCalls: 2 }))
    const breaker = new CircuitBreaker({ trip, now: clock.now })
    breaker.acquire().failure()
    breaker.acquire().failure()
    expect(breaker.snapshot().lastTransition?.reason).toBe('consecutive-failures')
    breaker.reset()
    breaker.acquire()
    breaker.acquire()
    clock.advance(100)
    expect(breaker.state).toBe('open')
    expect(breaker.snapshot().lastTransition?.reason).toBe('slow-call-rate')
  })

  test('follows calls from the moment it is configured, and ignores earlier ones', async () => {
    const clock = fakeClock()
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(3), now: clock.now })
    await breaker.execute(() => 1)
    const before = breaker.acquire()
    breaker.configure({ trip: slowCallRate({ slowAfter: 10, minimumCalls: 1 }) })
    clock.advance(50)
    before.success()
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0 } })
    await breaker.execute(() => void clock.advance(10))
    expect(breaker.state).toBe('open')
  })
})

test('a success that began before the policy has the time at which it ended', () => {
  const clock = fakeClock(1_000)
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), now: clock.now })
  const permit = breaker.acquire()
  breaker.configure({ trip: slowCallRate({ slowAfter: 100 }) })
  clock.advance(50)
  permit.success()
  expect(breaker.snapshot().lastSuccessAt).toBe(1_050)
})

test('slow calls are counted as a plain list of all calls counts them', () => {
  const step = fc.oneof(
    fc.constant({ do: 'begin' as const }),
    fc.record({
      do: fc.constant('end' as const),
      pick: fc.nat(),
      outcome: fc.constantFrom('success', 'failure', 'ignored'),
    }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 80 }) }),
  )
  let opened = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
      const { breaker, clock } = slowBreaker({ window: countWindow(1_000), minimumCalls: 6, threshold: 0.6 })
      const calls: { permit: Permit; beganAt: number; took?: number; ignored?: boolean }[] = []
      for (const one of steps) {
        if (one.do === 'pass') clock.advance(one.ms)
        else if (one.do === 'begin') calls.push({ permit: breaker.acquire(), beganAt: clock.now() })
        else {
          const running = calls.filter(({ took }) => took === undefined)
          const call = running[one.pick % running.length]
          if (call === undefined) continue
          call.took = clock.now() - call.beganAt
          call.ignored = one.outcome === 'ignored' && call.took < 100
          call.permit.settle(one.outcome as 'success')
        }
        const known = calls
          .filter(({ ignored }) => ignored !== true)
          .map(({ took, beganAt }) => ({ ended: took !== undefined, took: took ?? clock.now() - beganAt }))
        const slow = known.filter(({ took }) => took >= 100).length
        const counted = known.filter(({ ended, took }) => ended || took >= 100).length
        const opens = counted >= 6 && slow / counted >= 0.6
        expect(breaker.state).toBe(opens ? 'open' : 'closed')
        if (opens) {
          opened++
          return
        }
        expect(breaker.snapshot().window).toMatchObject({ calls: counted, slowCalls: slow })
      }
    }),
    { numRuns: 500 },
  )
  expect(opened).toBeGreaterThan(50)
}, 120_000)

test.each([
  [undefined, TypeError, 'slowCallRate'],
  [{}, TypeError, 'slowAfter'],
  [{ slowAfter: 0 }, RangeError, 'slowAfter'],
  [{ slowAfter: '1s' }, TypeError, 'slowAfter'],
  [{ slowAfter: 5, threshold: 50 }, RangeError, 'threshold'],
  [{ slowAfter: 5, threshold: Number.NaN }, RangeError, 'threshold'],
  [{ slowAfter: 5, minimumCalls: 0 }, RangeError, 'minimumCalls'],
  [{ slowAfter: 5, window: countWindow(5), minimumCalls: 6 }, RangeError, 'minimumCalls'],
  [{ slowAfter: 5, window: 10 }, TypeError, 'window'],
  [{ slowAfter: 5, slow: true }, TypeError, 'slow'],
])('slowCallRate(%j) throws an error that names the option', (options, kind, named) => {
  const make = () => slowCallRate(options as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})

test('a minimum of calls may be as large as the window', () => {
  expect(slowCallRate({ slowAfter: 5, window: countWindow(3), minimumCalls: 3 }).name).toBe('slow-call-rate')
})
