import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import {
  CallTimeoutError,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  countWindow,
  failureRate,
  ramp,
} from '../src/index.ts'
import { down, openBreaker } from './in-state.ts'

test('a new callTimeout holds for the next call and the window is kept', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(3) })
  breaker.acquire().failure()
  breaker.acquire().failure()
  breaker.configure({ callTimeout: 5 })
  expect(breaker.snapshot().window.failures).toBe(2)
  await expect(breaker.execute(() => new Promise(() => {}))).rejects.toBeInstanceOf(CallTimeoutError)
  expect(breaker.state).toBe('open')
})

test('a classify that is configured after a call decides the outcome of the next', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  await breaker.execute(() => 500)
  breaker.configure({
    classify: (settled) => (settled.status === 'fulfilled' && settled.value === 500 ? 'failure' : 'success'),
  })
  await breaker.execute(() => 500)
  expect(breaker.state).toBe('open')
})

test('a changed trip policy starts with an empty window, and calls in flight count in it', () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(5) })
  const inFlight = breaker.acquire()
  breaker.acquire().failure()
  breaker.configure({ trip: failureRate({ window: countWindow(4), minimumCalls: 1, threshold: 1 }) })
  expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0, failureRate: null })
  inFlight.failure()
  expect(breaker.state).toBe('open')
})

test('halfOpen options change one by one, also during a round of probes', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 10,
    halfOpen: { maxConcurrent: 1, successThreshold: 2 },
    now: clock.now,
  })
  breaker.acquire().failure()
  clock.advance(10)
  const first = breaker.acquire()
  expect(breaker.tryAcquire().admitted).toBe(false)
  breaker.configure({ halfOpen: { maxConcurrent: 2 } })
  const second = breaker.acquire()
  first.success()
  expect(breaker.state).toBe('half-open')
  second.success()
  expect(breaker.state).toBe('closed')
})

test('a shorter probe timeout frees a younger probe before an older one', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 10,
    halfOpen: { maxConcurrent: 2, probeTimeout: 1_000 },
    now: clock.now,
  })
  breaker.acquire().failure()
  clock.advance(10)
  breaker.acquire()
  breaker.configure({ halfOpen: { probeTimeout: 100 } })
  breaker.acquire()
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open', retryAfterMs: 100 })
  clock.advance(100)
  expect(breaker.snapshot().probes).toEqual({ live: 1, successes: 0, failures: 0 })
})

test('a new open duration holds from the next trip on', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now })
  breaker.acquire().failure()
  breaker.configure({ openDuration: 10 })
  expect(breaker.snapshot().retryAfterMs).toBe(1_000)
  breaker.reset()
  breaker.acquire().failure()
  expect(breaker.snapshot().retryAfterMs).toBe(10)
})

test('a ramp that is configured while open is used for the recovery, and a running ramp does not change', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 10,
    halfOpen: { successThreshold: 1 },
    now: clock.now,
    random: () => 0.5,
  })
  breaker.acquire().failure()
  breaker.configure({ recovery: ramp({ duration: 100, from: 0 }) })
  clock.advance(10)
  breaker.acquire().success()
  expect(breaker.tryAcquire()).toMatchObject({ reason: 'ramp' })
  breaker.configure({ recovery: ramp({ duration: 1_000, from: 0 }) })
  clock.advance(51)
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test('shadow mode that is configured while open admits from the next call on', () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), random: () => 0.5 })
  breaker.acquire().failure()
  expect(breaker.tryAcquire().admitted).toBe(false)
  breaker.configure({ shadow: 0.6 })
  expect(breaker.tryAcquire().admitted).toBe(true)
  breaker.configure({ shadow: 0.4 })
  expect(breaker.tryAcquire().admitted).toBe(false)
  expect(breaker.snapshot()).toMatchObject({ shadowed: 1, totals: { rejected: 2 } })
})

test.each([
  [{ callTimeout: -1 }, RangeError, 'callTimeout'],
  [{ halfOpen: { maxConcurrent: 0 } }, RangeError, 'halfOpen.maxConcurrent'],
  [{ trip: 5 }, TypeError, 'trip'],
  [{ now: () => 0 }, TypeError, 'now'],
  [{ name: 'other' }, TypeError, 'name'],
  [null, TypeError, 'configure'],
])('an invalid change %o throws and leaves the old settings', (changes, kind, named) => {
  const breaker = new CircuitBreaker({ callTimeout: 50 })
  const before = breaker.snapshot().config
  const change = () => breaker.configure(changes as never)
  expect(change).toThrow(kind)
  expect(change).toThrow(named)
  expect(breaker.snapshot().config).toEqual(before)
})

test('the other breakers of a registry keep their settings when one is configured', () => {
  const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 100 } })
  registry.get('a').configure({ callTimeout: 5 })
  expect(registry.get('a').snapshot().config['callTimeout']).toBe(5)
  expect(registry.get('b').snapshot().config['callTimeout']).toBe(100)
  expect(registry.get('c').snapshot().config['callTimeout']).toBe(100)
})

test('a trip policy that is configured while open is used after the breaker has closed', () => {
  const { breaker, clock } = openBreaker({ halfOpen: { successThreshold: 1 } })
  breaker.configure({ trip: consecutiveFailures(2) })
  clock.advance(1_000)
  breaker.acquire().success()
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('closed')
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('open')
})
