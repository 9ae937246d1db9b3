import { expect, test, vi } from 'vitest'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

test('probeNow lets the next calls through as probes before the open duration has ended', () => {
  const { breaker } = openBreaker({ halfOpen: { successThreshold: 1 } })
  expect(breaker.tryAcquire().admitted).toBe(false)
  breaker.probeNow()
  expect(breaker.snapshot()).toMatchObject({ state: 'half-open', retryAfterMs: 0 })
  const probe = breaker.acquire()
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open' })
  probe.success()
  expect(breaker.state).toBe('closed')
})

test('a probe that fails after probeNow opens the breaker again, one attempt further', () => {
  const { breaker } = openBreaker()
  breaker.probeNow()
  breaker.acquire().failure(down)
  expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', reason: 'probe-failed', attempt: 2 })
})

test('probeNow is announced as manual, with its note', () => {
  const { breaker } = openBreaker()
  const listener = vi.fn()
  breaker.on('transition', listener)
  breaker.probeNow('fixed the DNS entry')
  expect(listener.mock.calls).toMatchObject([
    [{ from: 'open', to: 'half-open', reason: 'probe-now', cause: 'manual', note: 'fixed the DNS entry' }],
  ])
})

test('probeNow ends a breaker that is forced open', () => {
  const { breaker } = closedBreaker()
  breaker.forceOpen('maintenance')
  breaker.probeNow()
  expect(breaker.snapshot()).toMatchObject({ state: 'half-open', override: null })
})

test.each([
  ['closed', () => closedBreaker().breaker],
  ['half-open', () => halfOpenBreaker().breaker],
  [
    'forced closed',
    () => {
      const { breaker } = openBreaker()
      breaker.forceClosed()
      return breaker
    },
  ],
])('probeNow changes nothing while %s', (_, make) => {
  const breaker = make()
  const before = breaker.snapshot()
  breaker.probeNow()
  expect(breaker.snapshot()).toEqual(before)
})

test('a note of probeNow that is not a string is a TypeError', () => {
  expect(() => openBreaker().breaker.probeNow(5 as never)).toThrow('probeNow(note) must be a string, got 5')
})
