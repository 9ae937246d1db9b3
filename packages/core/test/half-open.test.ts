import { describe, expect, test } from 'vitest'
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  exponentialBackoff,
  type Permit,
  type Rejection,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

const acquireAll = (breaker: CircuitBreaker, count: number) => Array.from({ length: count }, () => breaker.tryAcquire())
const admitted = (all: (Permit | Rejection)[]) => all.filter((one): one is Permit => one.admitted)

describe('half-open', () => {
  test.each([1, 2, 7])('at most %i probes are live when that is maxConcurrent', (maxConcurrent) => {
    const { breaker } = halfOpenBreaker({ halfOpen: { maxConcurrent, successThreshold: 100 } })
    const permits = admitted(acquireAll(breaker, 20))
    expect(permits).toHaveLength(maxConcurrent)
    for (const permit of permits) permit.success()
    expect(admitted(acquireAll(breaker, 20))).toHaveLength(maxConcurrent)
  })

  test.each([1, 2, 5])('%i successful probes close it when that is the successThreshold', (successThreshold) => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold } })
    for (let n = 1; n < successThreshold; n++) {
      breaker.acquire().success()
      expect(breaker.state).toBe('half-open')
    }
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'probes-succeeded', cause: 'call' })
  })

  test('an ignored probe gives its place back and changes nothing else', () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 2 } })
    breaker.acquire().success()
    for (let n = 0; n < 10; n++) breaker.acquire().ignore()
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probes: { live: 0, successes: 1 } })
    expect(breaker.snapshot().totals.ignored).toBe(10)
  })

  test('a rejection has the reason and the time at which a place is free at the latest', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { maxConcurrent: 2, probeTimeout: 4_000 } })
    breaker.acquire()
    clock.advance(1_000)
    breaker.acquire()
    clock.advance(500)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open', retryAfterMs: 2_500 })
    expect(breaker.snapshot().retryAfterMs).toBe(2_500)
    clock.advance(2_500)
    expect(breaker.snapshot()).toMatchObject({ retryAfterMs: 0, probes: { live: 1 } })
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.tryAcquire()).toMatchObject({ retryAfterMs: 1_000 })
  })

  test('a lease lasts until just before its end', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 4_000, successThreshold: 1 } })
    const probe = breaker.acquire()
    clock.advance(3_999)
    expect(breaker.tryAcquire().admitted).toBe(false)
    probe.success()
    expect(breaker.state).toBe('closed')
  })

  test.each(['success', 'failure', 'ignored'] as const)(
    'the %s of a probe whose lease has ended has no vote, takes no place and is counted as late',
    (outcome) => {
      const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 4_000, successThreshold: 1 } })
      const hung = breaker.acquire()
      clock.advance(4_000)
      const next = breaker.acquire()
      hung.settle(outcome, down)
      expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probes: { live: 1, successes: 0 }, opens: 1 })
      expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 1, ignored: 0, late: 1 })
      next.success()
      expect(breaker.state).toBe('closed')
    },
  )

  test('a probe that succeeds after its lease has no vote, also when no call came in between', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 4_000, successThreshold: 1 } })
    const hung = breaker.acquire()
    clock.advance(4_000)
    hung.success()
    expect(breaker.state).toBe('half-open')
    expect(breaker.snapshot().totals.late).toBe(1)
  })

  test('one failed probe opens it again, one attempt further', () => {
    const openDuration = exponentialBackoff({ initial: 1_000, jitter: 0 })
    const { breaker, clock } = halfOpenBreaker({ openDuration, halfOpen: { maxConcurrent: 3, successThreshold: 3 } })
    breaker.acquire().success()
    breaker.acquire().success()
    breaker.acquire().failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 2_000, opens: 2 })
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'probe-failed', attempt: 2, openDuration: 2_000 })
    clock.advance(2_000)
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({ attempt: 3, openDuration: 4_000 })
  })

  test('closing starts the attempts over', () => {
    const { breaker } = halfOpenBreaker({
      halfOpen: { successThreshold: 1 },
      openDuration: exponentialBackoff({ jitter: 0 }),
    })
    breaker.acquire().success()
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({ attempt: 1, openDuration: 1_000 })
  })

  test('the successes of one round do not count in the next', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { successThreshold: 2 } })
    breaker.acquire().success()
    breaker.acquire().failure(down)
    clock.advance(1_000)
    breaker.acquire().success()
    expect(breaker.state).toBe('half-open')
  })

  test('a probe of an earlier round has no vote in a later one', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { maxConcurrent: 2, successThreshold: 1 } })
    const early = breaker.acquire()
    breaker.acquire().failure(down)
    clock.advance(1_000)
    expect(breaker.state).toBe('half-open')
    early.success()
    expect(breaker.state).toBe('half-open')
  })

  test('rounds in which every permit is lost neither wedge it nor admit more probes', () => {
    const { breaker, clock } = halfOpenBreaker({
      halfOpen: { maxConcurrent: 3, successThreshold: 1, probeTimeout: 2_000 },
    })
    for (let round = 0; round < 50; round++) {
      expect(admitted(acquireAll(breaker, 10))).toHaveLength(3)
      clock.advance(2_000)
    }
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('without a probeTimeout a lease is twice the callTimeout, if that is longer than 10 seconds', () => {
    const { breaker } = halfOpenBreaker({ callTimeout: 8_000 })
    expect(breaker.snapshot().config['halfOpen']).toMatchObject({ probeTimeout: 16_000 })
  })
})

describe('with slowAfter', () => {
  const slow = { halfOpen: { successThreshold: 1, slowAfter: 300 } }

  test('a probe that succeeds too slowly has the vote of a failure, and counts as a success', () => {
    const { breaker, clock } = halfOpenBreaker(slow)
    const probe = breaker.acquire()
    clock.advance(300)
    probe.success()
    expect(breaker.state).toBe('open')
    expect(breaker.snapshot()).toMatchObject({ lastTransition: { reason: 'probe-failed' }, totals: { success: 1 } })
  })

  test('a probe that succeeds in less time closes it', () => {
    const { breaker, clock } = halfOpenBreaker(slow)
    const probe = breaker.acquire()
    clock.advance(299)
    probe.success()
    expect(breaker.state).toBe('closed')
  })

  test('a slow probe is not cut off', async () => {
    const { breaker, clock } = halfOpenBreaker(slow)
    const answer = breaker.execute(async (signal) => {
      clock.advance(1_000)
      return signal.aborted
    })
    await expect(answer).resolves.toBe(false)
    expect(breaker.state).toBe('open')
  })

  test('a slow call while closed is a success', () => {
    const { breaker, clock } = closedBreaker(slow)
    const permit = breaker.acquire()
    clock.advance(1_000)
    permit.success()
    expect(breaker.state).toBe('closed')
  })

  test.each([0, -1, Number.NaN, Infinity])('%s is a RangeError', (slowAfter) => {
    expect(() => closedBreaker({ halfOpen: { slowAfter } })).toThrow(RangeError)
  })
})

test.each<[string, CircuitBreakerOptions, number, number]>([
  ['its lease ends without a call timeout', {}, 3_000, 7_000],
  ['its call timeout ends', { callTimeout: 500 }, 100, 400],
  ['the call timeout of probes ends', { callTimeout: 500, halfOpen: { callTimeout: 200 } }, 100, 100],
  ['now, where that has passed already', { callTimeout: 500 }, 900, 1],
])('a rejected call may ask again when the probe is over: %s', (_, options, elapsed, retryAfterMs) => {
  const { breaker, clock } = halfOpenBreaker(options)
  breaker.acquire()
  clock.advance(elapsed)
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open', retryAfterMs })
})
