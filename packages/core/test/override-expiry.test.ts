import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreaker, consecutiveFailures } from '../src/index.ts'
import { closedBreaker, openBreaker } from './in-state.ts'

test('forceOpen with a time ends by itself, and until then the rejections have the rest of it', () => {
  const { breaker, clock } = closedBreaker()
  const transitions: unknown[] = []
  breaker.on('transition', ({ to, reason, cause }) => transitions.push({ to, reason, cause }))
  breaker.forceOpen('deploy', { for: 1_000 })
  clock.advance(400)
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'forced-open', retryAfterMs: 600 })
  expect(breaker.snapshot().override).toMatchObject({ state: 'open', note: 'deploy', expiresInMs: 600 })
  clock.advance(600)
  expect([breaker.state, breaker.snapshot().override]).toEqual(['closed', null])
  expect(transitions).toEqual([
    { to: 'open', reason: 'forced', cause: 'manual' },
    { to: 'closed', reason: 'override-expired', cause: 'time' },
  ])
})

test('forceClosed with a time returns to the open state before it, or to half-open if the open duration has ended as well', () => {
  for (const [waits, state] of [
    [500, 'open'],
    [5_000, 'half-open'],
  ] as const) {
    const { breaker, clock } = openBreaker({ openDuration: 1_000 })
    breaker.forceClosed(undefined, { for: waits })
    expect(breaker.acquire().admitted).toBe(true)
    clock.advance(waits)
    expect(breaker.state).toBe(state)
  }
})

test('a second override replaces the first one and its time', () => {
  const { breaker, clock } = closedBreaker()
  breaker.forceOpen('a while', { for: 10 })
  breaker.forceOpen('until I say so')
  clock.advance(1_000)
  expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: null, override: { expiresInMs: null } })
  breaker.resume()
  expect(breaker.state).toBe('closed')
})

test.each([
  [{ for: 0 }, RangeError, 'for'],
  [{ for: Number.POSITIVE_INFINITY }, RangeError, 'for'],
  [{ for: '1h' }, TypeError, 'for'],
  [{ until: 5 }, TypeError, 'until'],
  [5, TypeError, 'options'],
])('an override with %j throws an error and forces nothing', (options, kind, named) => {
  const breaker = new CircuitBreaker()
  for (const method of ['forceOpen', 'forceClosed'] as const) {
    const force = () => breaker[method]('test', options as never)
    expect(force).toThrow(kind)
    expect(force).toThrow(named)
  }
  expect(breaker.snapshot().override).toBeNull()
})

test('a round of probes whose maxDuration ends during an override re-opens when the override ends', () => {
  const clock = fakeClock()
  const halfOpen = { maxDuration: 100 }
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 10, halfOpen, now: clock.now })
  breaker.acquire().failure()
  clock.advance(10)
  expect(breaker.state).toBe('half-open')
  breaker.forceClosed('a rehearsal', { for: 200 })
  clock.advance(199)
  expect(breaker.state).toBe('closed')
  clock.advance(1)
  expect(breaker.state).toBe('open')
  expect(breaker.snapshot().lastTransition).toMatchObject({ reason: 'probes-undecided' })
})

test('the duration of a state in a transition does not include an override during it', () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), now: clock.now })
  const stateDuration: unknown[] = []
  breaker.on('transition', (event) => stateDuration.push([event.from, event.stateDuration]))
  clock.advance(10)
  breaker.forceOpen()
  clock.advance(500)
  breaker.resume()
  expect(breaker.snapshot().since).toBe(clock.now())
  clock.advance(3)
  breaker.acquire().failure()
  expect(stateDuration).toEqual([
    ['closed', 10],
    ['open', 500],
    ['closed', 3],
  ])
})
