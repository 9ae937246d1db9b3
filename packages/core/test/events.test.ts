import { describe, expect, test, vi } from 'vitest'
import { type CircuitBreakerEvents, consecutiveFailures, failureRate } from '../src/index.ts'
import { type Bench, closedBreaker, down, openBreaker } from './in-state.ts'

type Name = keyof CircuitBreakerEvents

function recorded<Of extends Name>({ breaker }: Bench, name: Of): CircuitBreakerEvents[Of][] {
  const events: CircuitBreakerEvents[Of][] = []
  breaker.on(name, (event) => events.push(event))
  return events
}

describe('events', () => {
  test('a transition has both states, the time, the reason and the numbers of the trip', () => {
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
          stateDuration: 250,
          trip: { policy: 'consecutive-failures', threshold: 2, calls: 2, failures: 2 },
          error: down,
          openDuration: 1_000,
          attempt: 1,
        },
      ],
    ])
  })

  test('the transitions of an outage are in order, each with its reason and cause', () => {
    const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
    const seen: string[] = []
    breaker.on('transition', ({ to, reason, cause, at, stateDuration }) =>
      seen.push([to, reason, cause, at, stateDuration].join(' ')),
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

  test('an outcome has the result of the call and its duration', () => {
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

  test('a rejection has the reason and the time until a retry', () => {
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

  test('retryAfterMs is never 0 or less in a rejection, on a clock that moves with each reading', () => {
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

describe('an event has no key without a value', () => {
  test('a transition without note, trip or error', () => {
    const bench = openBreaker()
    const events = recorded(bench, 'transition')
    bench.breaker.forceClosed()
    expect(Object.keys(events[0] as object)).not.toContain('note')
    bench.breaker.resume()
    bench.clock.advance(1_000)
    bench.breaker.acquire().failure()
    expect(events.at(-1)).toMatchObject({ reason: 'probe-failed' })
    for (const key of ['note', 'trip', 'error']) expect(Object.keys(events.at(-1) as object)).not.toContain(key)
  })

  test('an outcome without error', () => {
    const bench = closedBreaker()
    const events = recorded(bench, 'outcome')
    bench.breaker.acquire().success()
    expect(Object.keys(events[0] as object)).not.toContain('error')
  })
})

test('forcing a breaker into the state it is in is no transition', () => {
  const bench = closedBreaker()
  const events = recorded(bench, 'transition')
  bench.breaker.forceClosed()
  bench.breaker.reset()
  expect(events).toEqual([])
  expect(bench.breaker.snapshot()).toMatchObject({ closes: 0, lastTransition: null })
})

test('the outcome of a call through execute has its duration', async () => {
  const bench = closedBreaker()
  const events = recorded(bench, 'outcome')
  await bench.breaker.execute(async () => bench.clock.advance(250))
  expect(events).toMatchObject([{ outcome: 'success', duration: 250 }])
})

test.each([
  ['reads no clock', consecutiveFailures(5)],
  ['reads the clock', failureRate()],
])('`at` of an outcome is the time at which it settled, with a policy that %s', (_, trip) => {
  const { breaker, clock } = closedBreaker({ trip })
  for (let calls = 0; calls < 200; calls++) breaker.acquire().success() // successes that follow at once are stamped in groups
  const delays: number[] = []
  breaker.on('outcome', ({ at }) => delays.push(at - clock.now()))
  for (const outcome of ['success', 'failure', 'ignored', 'success'] as const) {
    const permit = breaker.acquire()
    clock.advance(0.25)
    permit.settle(outcome)
  }
  const late = breaker.acquire()
  breaker.reset()
  clock.advance(0.25)
  late.success()
  expect(delays).toEqual([0, 0, 0, 0, 0])
})
