import { fakeClock } from '@cb/test-kit'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  type OverrideEvent,
  observe,
  restoreState,
  saveState,
} from '../src/index.ts'

/** A breaker and the overrides it announces, as `override reason note`. */
function listened(state: 'closed' | 'open' = 'closed') {
  const clock = fakeClock(100)
  const breaker = new CircuitBreaker({ name: 'b', now: clock.now, trip: consecutiveFailures(1), openDuration: 10_000 })
  if (state === 'open') breaker.acquire().failure(new Error())
  const events: OverrideEvent[] = []
  breaker.on('override', (event) => events.push(event))
  const seen = () => events.splice(0).map(({ override, reason, note }) => [override, reason, note])
  return { breaker, clock, events, seen }
}

test('forcing closed a breaker that is closed is announced, though it is no transition', () => {
  const { breaker, events } = listened()
  const transition = vi.fn()
  breaker.on('transition', transition)
  breaker.forceClosed('load test')
  expect(transition).not.toHaveBeenCalled()
  expect(events).toEqual([{ breaker: 'b', override: 'closed', at: 100, reason: 'forced', note: 'load test' }])
})

test('forcing open a breaker that is open is announced, and each further note too', () => {
  const { breaker, seen } = listened('open')
  breaker.forceOpen('maintenance')
  breaker.forceOpen('still')
  breaker.forceOpen()
  breaker.forceClosed()
  expect(seen()).toEqual([
    ['open', 'forced', 'maintenance'],
    ['open', 'forced', 'still'],
    ['open', 'forced', undefined],
    ['closed', 'forced', undefined],
  ])
})

test.each([
  ['resume', (breaker: CircuitBreaker) => breaker.resume('done'), 'resumed'],
  ['reset', (breaker: CircuitBreaker) => breaker.reset('done'), 'reset'],
  ['probeNow', (breaker: CircuitBreaker) => breaker.probeNow('done'), 'probe-now'],
])('%s announces the end of an override, and without one announces none', (_, end, reason) => {
  const { breaker, seen } = listened('open')
  end(breaker)
  expect(seen()).toEqual([])
  breaker.forceOpen('maintenance')
  end(breaker)
  expect(seen()).toEqual([
    ['open', 'forced', 'maintenance'],
    [null, reason, 'done'],
  ])
})

test('an override that expires is announced at the next question, after the transition', () => {
  const { breaker, clock } = listened('open')
  const order: string[] = []
  breaker.on('transition', ({ reason }) => order.push(`transition ${reason}`))
  breaker.on('override', ({ override, reason }) => order.push(`${override} ${reason}`))
  breaker.forceClosed('we need it', { for: 1_000 })
  clock.advance(1_000)
  expect(breaker.state).toBe('open')
  expect(order).toEqual(['transition forced', 'closed forced', 'transition override-expired', 'null override-expired'])
})

test('a restored override is announced with its note', () => {
  const before = listened().breaker
  before.forceOpen('maintenance')
  const { breaker, seen } = listened()
  restoreState(breaker, saveState(before))
  expect(seen()).toEqual([['open', 'restored', 'maintenance']])
})

test('registries and observers of the process hear of overrides', () => {
  const seen = vi.fn()
  const registry = new CircuitBreakerRegistry()
  registry.on('override', (event, breaker) => seen('registry', event.override, breaker.name))
  onTestFinished(observe({ override: (event, breaker) => seen('observer', event.override, breaker.name) }))
  registry.get('a').forceOpen()
  expect(seen.mock.calls).toEqual([
    ['registry', 'open', 'a'],
    ['observer', 'open', 'a'],
  ])
})
