import { describe, expect, test } from 'vitest'
import {
  CircuitBreaker,
  CircuitOpenError,
  type OverrideEvent,
  type ProbeLeases,
  probeInBackground,
  type SharedDecision,
  shareState,
  type Transition,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const alone: ProbeLeases = { take: () => undefined, ready: () => undefined, isConnected: true }
const nothing: SharedDecision = { remaining: 0, attempt: 1, reason: 'of the fleet', note: '', by: '', override: null }
const open: SharedDecision = { ...nothing, state: 'open', remaining: 500 }
const forcedOpen: SharedDecision = {
  ...nothing,
  note: 'maintenance',
  by: 'ann@host',
  override: { state: 'open', remaining: Infinity },
}

function transitionsOf(breaker: CircuitBreaker): Transition[] {
  const transitions: Transition[] = []
  breaker.on('transition', (transition) => transitions.push(transition))
  return transitions
}

describe('a shared breaker', () => {
  test('trips by itself', () => {
    const { breaker } = closedBreaker()
    shareState(breaker, alone)
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', cause: 'call' })
  })

  test('opens when the fleet does, for the time that is left, and says why', () => {
    const { breaker, clock } = closedBreaker()
    const transitions = transitionsOf(breaker)
    shareState(breaker, alone).adopt({ ...open, attempt: 3 })
    expect(transitions).toMatchObject([
      { from: 'closed', to: 'open', cause: 'fleet', reason: 'of the fleet', attempt: 3, openDuration: 500 },
    ])
    expect(breaker.tryAcquire()).toMatchObject({ reason: 'open', retryAfterMs: 500 })
    clock.advance(500)
    expect(breaker.state).toBe('half-open')
  })

  test('says whose vote it was, and why; both are cut, and left out if there is nothing to say', () => {
    const { breaker } = closedBreaker()
    const transitions = transitionsOf(breaker)
    const shared = shareState(breaker, alone)
    shared.adopt({ ...open, by: 'shop-1', note: 'consecutive-failures' })
    shared.adopt({ ...nothing, state: 'closed' })
    shared.adopt({ ...open, by: 'b'.repeat(300), note: 'n'.repeat(2_000) })
    expect(transitions[0]).toMatchObject({ by: 'shop-1', note: 'consecutive-failures' })
    expect(transitions[1]).not.toHaveProperty('by')
    expect(transitions[1]).not.toHaveProperty('note')
    expect(transitions[2]).toMatchObject({ by: 'b'.repeat(200), note: 'n'.repeat(1_000) })
  })

  test('that is open already takes over the time that is left, without a transition', () => {
    const { breaker } = openBreaker()
    const transitions = transitionsOf(breaker)
    shareState(breaker, alone).adopt(open)
    expect([transitions, breaker.tryAcquire()]).toMatchObject([[], { retryAfterMs: 500 }])
  })

  test('that is closed already keeps its window', () => {
    const { breaker } = closedBreaker({ trip: undefined })
    breaker.acquire().failure(down)
    shareState(breaker, alone).adopt({ ...nothing, state: 'closed' })
    expect(breaker.snapshot().window.failures).toBe(1)
  })

  test('does not count the probes that have a lease: the fleet decides by what they report', () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { maxConcurrent: 5, successThreshold: 1 } })
    const reports: unknown[] = []
    shareState(breaker, {
      take: () => ({ settle: (...report) => reports.push(report) }),
      ready: () => undefined,
      isConnected: true,
    })
    const permits = [breaker.acquire(), breaker.acquire(), breaker.acquire()]
    permits[0]?.success()
    permits[1]?.failure(down)
    permits[2]?.ignore()
    expect(breaker.state).toBe('half-open')
    expect(reports).toEqual([
      ['success', undefined],
      ['failure', down],
      ['ignored', undefined],
    ])
    expect(breaker.snapshot().probes).toMatchObject({ live: 0 })
  })

  test('reports a success that was too slow as a failure, and a late one not at all', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 100, slowAfter: 50 } })
    const reports: unknown[] = []
    shareState(breaker, {
      take: () => ({ settle: (outcome) => reports.push(outcome) }),
      ready: () => undefined,
      isConnected: true,
    })
    const slow = breaker.acquire()
    clock.advance(50)
    slow.success()
    const late = breaker.acquire()
    clock.advance(100)
    late.success()
    expect([reports, breaker.state]).toEqual([['failure'], 'half-open'])
  })

  test('rejects a call without a lease, and says when to ask again', () => {
    const { breaker } = halfOpenBreaker()
    shareState(breaker, { take: () => 70, ready: () => undefined, isConnected: true })
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open', retryAfterMs: 70 })
  })

  test('gives a snapshot no lease, which a call needs', () => {
    const { breaker } = halfOpenBreaker()
    let asked = 0
    shareState(breaker, { ...alone, take: () => ++asked })
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', retryAfterMs: 0 })
    expect(asked).toBe(0)
  })

  test('shows in its snapshot whether the fleet can be reached, for as long as it is shared', () => {
    const { breaker } = closedBreaker()
    const leases = { ...alone, isConnected: true }
    const shared = shareState(breaker, leases)
    expect(breaker.snapshot().fleet).toBe('connected')
    leases.isConnected = false
    expect(breaker.snapshot().fleet).toBe('away')
    shared.stop()
    expect(breaker.snapshot()).not.toHaveProperty('fleet')
  })

  test('decides about a probe by itself where the fleet leaves it to it', () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 1 } })
    shareState(breaker, alone)
    breaker.acquire().success()
    expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'closed', reason: 'probes-succeeded', cause: 'call' })
  })

  test('lets execute and wrap wait before they ask, while half-open only', async () => {
    const { breaker, clock } = openBreaker()
    let isReady = false
    let waits = 0
    shareState(breaker, {
      take: () => (isReady ? { settle() {} } : 1),
      async ready() {
        waits++
        isReady = true
      },
      isConnected: true,
    })
    await expect(breaker.execute(() => 'well')).rejects.toThrow(CircuitOpenError)
    expect(waits).toBe(0)
    clock.advance(1_000)
    await expect(breaker.execute(() => 'well')).resolves.toBe('well')
    await expect(breaker.wrap(async () => 'well')()).resolves.toBe('well')
    expect([waits, breaker.snapshot().totals.rejected]).toEqual([2, 1])
  })

  test('says what a caller of tryAcquire may wait for, while half-open only', async () => {
    const { breaker, clock } = openBreaker()
    const ready = Promise.resolve()
    const shared = shareState(breaker, { ...alone, ready: () => ready })
    expect(breaker.ready()).toBeUndefined()
    clock.advance(1_000)
    expect(breaker.ready()).toBe(ready)
    shared.stop()
    expect(breaker.ready()).toBeUndefined()
  })

  test('is overridden with the whole fleet, and goes on with what the fleet decides then', () => {
    const { breaker } = closedBreaker()
    const transitions = transitionsOf(breaker)
    const shared = shareState(breaker, alone)
    const overrides: OverrideEvent[] = []
    breaker.on('override', (event) => overrides.push(event))
    shared.adopt({ ...forcedOpen, reason: 'forced' })
    expect(breaker.snapshot().override).toMatchObject({ state: 'open', note: 'maintenance' })
    shared.adopt({ ...nothing, reason: 'resumed', by: 'bob@host', state: 'closed' })
    expect(transitions).toMatchObject([
      { to: 'open', cause: 'fleet', reason: 'forced', note: 'maintenance', by: 'ann@host' },
      { to: 'closed', cause: 'fleet', reason: 'resumed', by: 'bob@host' },
    ])
    expect(overrides).toMatchObject([
      { override: 'open', note: 'maintenance', by: 'ann@host' },
      { override: null, by: 'bob@host' },
    ])
  })

  test('keeps the override of an operator of its own process; what the fleet has decided meanwhile comes after it', () => {
    const { breaker } = closedBreaker()
    breaker.forceClosed('here only')
    const shared = shareState(breaker, alone)
    shared.adopt(open)
    expect(breaker.state).toBe('closed')
    breaker.resume()
    expect(breaker.tryAcquire()).toMatchObject({ reason: 'open', retryAfterMs: 500 })
  })

  test('asks its own policy how long the fleet is to stay open', () => {
    const { breaker } = closedBreaker({ openDuration: ({ attempt, retryAfterMs = 0 }) => attempt * 100 + retryAfterMs })
    expect(shareState(breaker, alone).openDuration(2, { retryAfterMs: 7 })).toBe(207)
  })

  test('decides alone once it has stopped, and an override of the fleet is over', () => {
    const { breaker } = closedBreaker()
    const shared = shareState(breaker, { ...alone, take: () => 1 })
    shared.adopt(forcedOpen)
    shared.stop()
    expect([breaker.state, breaker.snapshot().override]).toEqual(['closed', null])
    shareState(breaker, alone).stop()
    probeInBackground(breaker, () => 'well')()
  })

  test('has no second fleet, and no background probe', () => {
    const { breaker } = closedBreaker()
    shareState(breaker, alone)
    const expected = 'this breaker has a background probe or a fleet already: stop that one first'
    expect(() => shareState(breaker, alone)).toThrow(expected)
    expect(() => probeInBackground(breaker, () => 'well')).toThrow(expected)
  })
})

test.each([
  [{}, alone, 'breaker must be a CircuitBreaker'],
  [new CircuitBreaker(), {}, 'leases.take must be a function'],
  [new CircuitBreaker(), { take() {} }, 'leases.ready must be a function'],
])('shareState names a wrong argument', (breaker, leases, message) => {
  expect(() => shareState(breaker as CircuitBreaker, leases as ProbeLeases)).toThrow(message)
})
