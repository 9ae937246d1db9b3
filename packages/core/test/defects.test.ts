import { describe, expect, test } from 'vitest'
import { CircuitOpenError, consecutiveFailures, failureRate, ramp, timeWindow } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

describe('defects of other circuit breakers', () => {
  test('after the clock steps back, failing calls still open the breaker', () => {
    const { breaker, clock } = closedBreaker({ trip: failureRate({ window: timeWindow(10_000), minimumCalls: 20 }) })
    breaker.acquire().failure(down)
    clock.advance(-1_000)
    let admitted = 1
    for (let n = 0; n < 60_000; n++) {
      const admission = breaker.tryAcquire()
      if (admission.admitted) {
        admitted++
        admission.failure(down)
      }
    }
    expect(admitted).toBe(20)
    expect(breaker.state).toBe('open')
  })

  test.each(['success', 'failure', 'ignored'] as const)(
    'a late %s of a call started while closed does not move a half-open breaker',
    (outcome) => {
      const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
      const slow = breaker.acquire()
      breaker.acquire().failure(down)
      clock.advance(1_000)
      expect(breaker.state).toBe('half-open')
      slow.settle(outcome, down)
      expect(breaker.state).toBe('half-open')
      expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 1, ignored: 0, late: 1 })
    },
  )

  test('a late result of a call through execute does not move a half-open breaker', async () => {
    const { breaker, clock } = closedBreaker({ halfOpen: { successThreshold: 1 } })
    let answer: (value: string) => void = () => {}
    const slow = breaker.execute(() => new Promise<string>((resolve) => (answer = resolve)))
    breaker.acquire().failure(down)
    clock.advance(1_000)
    expect(breaker.state).toBe('half-open')
    answer('late')
    await expect(slow).resolves.toBe('late')
    expect(breaker.state).toBe('half-open')
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, late: 1 })
  })

  test('late ignored calls do not make room for more probes than permitted', () => {
    const { breaker, clock } = closedBreaker({ halfOpen: { maxConcurrent: 2 } })
    const slow = Array.from({ length: 100 }, () => breaker.acquire())
    breaker.acquire().failure(down)
    clock.advance(1_000)
    let admitted = 0
    for (const permit of slow) {
      if (breaker.tryAcquire().admitted) admitted++
      permit.ignore()
    }
    expect(admitted).toBe(2)
  })

  test('a probe that never settles does not keep a half-open breaker rejecting for ever', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 3_000, successThreshold: 1 } })
    breaker.acquire()
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open', retryAfterMs: 3_000 })
    clock.advance(3_000)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('a cancelled probe does not close a half-open breaker', async () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 1 } })
    const abort = Object.assign(new Error('cancelled'), { name: 'AbortError' })
    await expect(breaker.execute(() => Promise.reject(abort))).rejects.toBe(abort)
    expect(breaker.state).toBe('half-open')
  })

  test('settling one permit twice does not close a breaker that wants two probes', () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 2, maxConcurrent: 1 } })
    const permit = breaker.acquire()
    permit.success()
    permit.success()
    expect(breaker.state).toBe('half-open')
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, late: 1 })
    permit.failure(down)
    expect(breaker.state).toBe('half-open')
  })

  test('settling one permit twice does not count one failure twice', () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(2) })
    const permit = breaker.acquire()
    permit.failure(down)
    permit.failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 1, late: 1 } })
  })

  test('a listener can ask for the state and use the breaker', () => {
    const { breaker } = closedBreaker()
    const seen: unknown[] = []
    breaker.on('transition', ({ to }) => {
      seen.push([to, breaker.state, breaker.snapshot().state, breaker.tryAcquire().admitted])
    })
    breaker.acquire().failure(down)
    expect(seen).toEqual([['open', 'open', 'open', false]])
  })

  test('while a probe is in flight others are rejected at once and do not pile up behind it', async () => {
    const { breaker } = halfOpenBreaker()
    let calls = 0
    const probe = breaker.acquire()
    const others = await Promise.allSettled(Array.from({ length: 1_000 }, () => breaker.execute(() => calls++)))
    expect(others.every(({ status }) => status === 'rejected')).toBe(true)
    probe.success()
    await new Promise((resolve) => setImmediate(resolve))
    expect(calls).toBe(0)
  })

  test('after an idle hour old failures do not count', () => {
    const { breaker, clock } = closedBreaker({ trip: failureRate({ window: timeWindow(5_000), minimumCalls: 4 }) })
    for (let n = 0; n < 3; n++) breaker.acquire().failure(down)
    clock.advance(3_600_000)
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0, failureRate: null })
    breaker.acquire().failure(down)
    expect(breaker.state).toBe('closed')
  })

  test('a local capacity rejection does not re-open a half-open breaker', async () => {
    const { breaker } = halfOpenBreaker()
    const full = Object.assign(new Error('Semaphore locked'), { code: 'ESEMLOCKED' })
    await expect(breaker.execute(() => Promise.reject(full))).rejects.toBe(full)
    expect(breaker.state).toBe('half-open')
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test('the failure rate is not diluted by calls in flight, ignored or rejected', () => {
    const { breaker, clock } = closedBreaker({
      trip: failureRate({ threshold: 1, minimumCalls: 2 }),
      halfOpen: { successThreshold: 1 },
      recovery: ramp({ duration: 1_000, from: 0 }),
      random: () => 0.5,
    })
    for (let n = 0; n < 100; n++) breaker.acquire()
    for (let n = 0; n < 100; n++) breaker.acquire().ignore()
    breaker.acquire().failure(down)
    expect(breaker.snapshot().window).toEqual({ calls: 1, failures: 1, failureRate: null })
    breaker.acquire().failure(down)
    expect(breaker.state).toBe('open')
    // Rejected while closed: in a ramp that admits none yet.
    clock.advance(1_000)
    breaker.acquire().success()
    for (let n = 0; n < 100; n++) expect(() => breaker.acquire()).toThrow(CircuitOpenError)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0 }, totals: { rejected: 100 } })
  })
})
