import { describe, expect, test, vi } from 'vitest'
import { consecutiveFailures } from '../src/index.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

describe('what events say', () => {
  test('a transition says from where to where, when, why and on which numbers', () => {
    const { breaker, clock } = closedBreaker({ trip: consecutiveFailures(2) })
    const transition = vi.fn()
    breaker.on('transition', transition)
    breaker.acquire().failure(new Error('first'))
    clock.advance(250)
    breaker.acquire().failure(down)
    expect(transition.mock.calls).toEqual([
      [
        {
          breaker: 'test',
          from: 'closed',
          to: 'open',
          at: 5_250,
          reason: 'consecutive-failures',
          cause: 'call',
          lasted: 250,
          trip: { policy: 'consecutive-failures', threshold: 2, calls: 2, failures: 2 },
          error: down,
          openDuration: 1_000,
          attempt: 1,
        },
      ],
    ])
  })

  test('a whole life reads in order', () => {
    const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
    const seen: string[] = []
    breaker.on('transition', ({ to, reason, cause, at, lasted }) =>
      seen.push([to, reason, cause, at, lasted].join(' ')),
    )
    breaker.acquire().failure(down)
    clock.advance(1_500)
    breaker.acquire().failure(down)
    clock.advance(1_000)
    breaker.acquire().success()
    expect(seen).toEqual([
      'open consecutive-failures call 5000 0',
      'half-open open-duration-ended time 6500 1500',
      'open probe-failed call 6500 0',
      'half-open open-duration-ended time 7500 1000',
      'closed probes-succeeded call 7500 0',
    ])
  })

  test('an outcome says how the call went and how long it took', () => {
    const { breaker, clock } = closedBreaker()
    const outcome = vi.fn()
    breaker.on('outcome', outcome)
    const [slow, late] = [breaker.acquire(), breaker.acquire()]
    clock.advance(30)
    slow.success()
    breaker.acquire().ignore()
    breaker.acquire().failure(down)
    late.failure(down)
    const event = { breaker: 'test', state: 'closed', at: 5_030, timedOut: false, late: false }
    expect(outcome.mock.calls.flat()).toEqual([
      { ...event, outcome: 'success', duration: 30 },
      { ...event, outcome: 'ignored', duration: 0 },
      { ...event, outcome: 'failure', duration: 0, error: down },
      { ...event, outcome: 'failure', duration: 30, error: down, late: true },
    ])
  })

  test('a rejection says why and when to ask again', () => {
    const { breaker } = openBreaker()
    const rejection = vi.fn()
    breaker.on('rejection', rejection)
    breaker.tryAcquire()
    breaker.forceOpen()
    breaker.tryAcquire()
    const event = { breaker: 'test', state: 'open', at: 5_000, shadow: false }
    expect(rejection.mock.calls.flat()).toEqual([
      { ...event, reason: 'open', retryAfterMs: 1_000 },
      { ...event, reason: 'forced-open', retryAfterMs: null },
    ])
  })

  test('a rejection never asks to come back before now, on a clock that moves with each reading', () => {
    let time = 0
    const { breaker } = closedBreaker({ now: () => ++time, openDuration: 5 })
    const waits: (number | null)[] = []
    breaker.on('rejection', ({ retryAfterMs }) => waits.push(retryAfterMs))
    for (let n = 0; n < 40; n++) {
      const admission = breaker.tryAcquire()
      if (admission.admitted) admission.failure(down)
      const { state, retryAfterMs } = breaker.snapshot()
      if (state === 'open') waits.push(retryAfterMs)
    }
    expect(waits.filter((wait) => !(Number(wait) > 0))).toEqual([])
  })
})
