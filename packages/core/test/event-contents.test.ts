import { describe, expect, test } from 'vitest'
import { type CircuitBreakerEvents, consecutiveFailures, countWindow, failureRate, observe } from '../src/index.ts'
import { hub } from '../src/observer.ts'
import { type Bench, closedBreaker, down, openBreaker } from './in-state.ts'

type Name = keyof CircuitBreakerEvents

function recorded<Of extends Name>({ breaker }: Bench, name: Of): CircuitBreakerEvents[Of][] {
  const events: CircuitBreakerEvents[Of][] = []
  breaker.on(name, (event) => events.push(event))
  return events
}

describe('an event has no key for what there is nothing to say of', () => {
  test('a transition without note, trip or error', () => {
    const bench = openBreaker()
    const told = recorded(bench, 'transition')
    bench.breaker.forceClosed()
    expect(Object.keys(told[0] as object)).not.toContain('note')
    bench.breaker.resume()
    bench.clock.advance(1_000)
    bench.breaker.acquire().failure()
    expect(told.at(-1)).toMatchObject({ reason: 'probe-failed' })
    for (const key of ['note', 'trip', 'error']) expect(Object.keys(told.at(-1) as object)).not.toContain(key)
  })

  test('an outcome without error', () => {
    const bench = closedBreaker()
    const told = recorded(bench, 'outcome')
    bench.breaker.acquire().success()
    expect(Object.keys(told[0] as object)).not.toContain('error')
  })
})

test('forcing a breaker into the state it is in is no transition', () => {
  const bench = closedBreaker()
  const told = recorded(bench, 'transition')
  bench.breaker.forceClosed()
  bench.breaker.reset()
  expect(told).toEqual([])
  expect(bench.breaker.snapshot()).toMatchObject({ closes: 0, lastTransition: null })
})

test('the outcome of a call through execute tells how long it took', async () => {
  const bench = closedBreaker()
  const told = recorded(bench, 'outcome')
  await bench.breaker.execute(async () => bench.clock.advance(250))
  expect(told).toMatchObject([{ outcome: 'success', duration: 250 }])
})

test('only a failure is timed out', () => {
  const bench = closedBreaker({ trip: consecutiveFailures(5) })
  const told = recorded(bench, 'outcome')
  const error = Object.assign(new Error('slow'), { code: 'ETIMEDOUT' })
  bench.breaker.acquire().settle('ignored', error)
  bench.breaker.acquire().settle('failure', error)
  expect(told.map(({ timedOut }) => timedOut)).toEqual([false, true])
})

test.each([
  'ECALLTIMEOUT',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])('a failure with the code %s is timed out', (code) => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  breaker.acquire().failure({ code })
  expect(breaker.snapshot().timeouts).toBe(1)
})

test('an error whose getters throw is a failure, but no time-out', () => {
  const bench = closedBreaker({ trip: consecutiveFailures(5) })
  const told = recorded(bench, 'outcome')
  const hostile = new Proxy(new Error('hostile'), {
    get: () => {
      throw new Error('no')
    },
  })
  bench.breaker.acquire().failure(hostile)
  expect(told).toMatchObject([{ outcome: 'failure', timedOut: false }])
  expect(bench.breaker.snapshot().timeouts).toBe(0)
})

describe('a call that succeeds may be the one that opens the breaker', () => {
  const trip = failureRate({ threshold: 0.5, window: countWindow(2) })

  test('through execute', async () => {
    const { breaker } = closedBreaker({ trip })
    await breaker.execute(() => Promise.reject(down)).catch(() => {})
    await breaker.execute(() => 1)
    expect(breaker.state).toBe('open')
  })

  test('but not if the policy itself has moved the breaker on meanwhile', async () => {
    const { breaker } = closedBreaker({
      trip: {
        name: 'meddler',
        watch: () => ({
          success: () => {
            breaker.forceClosed()
            return { policy: 'meddler', threshold: 1, calls: 1, failures: 0 }
          },
          failure: () => undefined,
          snapshot: () => ({ calls: 0, failures: 0 }),
        }),
      },
    })
    await breaker.execute(() => 1)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 0, override: { state: 'closed' } })
  })
})

describe('observers that end while an event is told', () => {
  test('are not told of it any more, and the others are', () => {
    const { breaker } = closedBreaker()
    const told: string[] = []
    const ends = ['first', 'second', 'third'].map((name) =>
      observe({
        transition: () => {
          told.push(name)
          ends[1]?.()
        },
      }),
    )
    breaker.forceOpen()
    for (const end of ends) end()
    expect(told).toEqual(['first', 'third'])
  })

  test('may all end, and the breaker goes on', () => {
    const { breaker } = closedBreaker()
    const endAll = () => {
      for (const end of ends) end()
    }
    const ends = [observe({ transition: endAll }), observe({ transition: endAll })]
    breaker.forceOpen()
    const told: string[] = []
    breaker.on('transition', ({ to }) => told.push(to))
    breaker.reset()
    expect(told).toEqual(['closed'])
  })

  test('may be ended twice', () => {
    const end = observe({})
    end()
    end()
    expect(hub.observers).toBeNull()
  })

  test('leave nothing behind that costs', () => {
    observe({})()
    expect(hub.observers).toBeNull()
  })
})

test.each([
  ['reads no clock', consecutiveFailures(5)],
  ['reads the clock', failureRate()],
])('the event of a call tells when it settled, with a policy that %s', (_, trip) => {
  const { breaker, clock } = closedBreaker({ trip })
  for (let calls = 0; calls < 200; calls++) breaker.acquire().success() // successes that follow at once are stamped in groups
  const told: number[] = []
  breaker.on('outcome', ({ at }) => told.push(at - clock.now()))
  for (const outcome of ['success', 'failure', 'ignored', 'success'] as const) {
    const permit = breaker.acquire()
    clock.advance(0.25)
    permit.settle(outcome)
  }
  const late = breaker.acquire()
  breaker.reset()
  clock.advance(0.25)
  late.success()
  expect(told).toEqual([0, 0, 0, 0, 0])
})
