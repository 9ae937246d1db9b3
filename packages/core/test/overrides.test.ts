import { describe, expect, test } from 'vitest'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const states = [
  ['closed', closedBreaker],
  ['open', openBreaker],
  ['half-open', halfOpenBreaker],
] as const

describe.each(states)('from %s', (state, bench) => {
  test('forceOpen rejects every call, with its reason, until it is resumed', () => {
    const { breaker, clock } = bench()
    breaker.forceOpen('deploy')
    clock.advance(1e9)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'forced-open', retryAfterMs: null })
    expect(() => breaker.acquire()).toThrow(/forced open/)
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      retryAfterMs: null,
      override: { state: 'open', note: 'deploy' },
      totals: { rejected: 2 },
    })
  })

  test('forceClosed admits every call, and outcomes decide nothing', () => {
    const { breaker } = bench()
    const failed = breaker.snapshot().totals.failure
    breaker.forceClosed()
    for (let n = 0; n < 100; n++) breaker.acquire().failure(down)
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      retryAfterMs: 0,
      override: { state: 'closed', note: null },
      totals: { failure: failed + 100, rejected: 0 },
    })
  })

  test.each(['forceOpen', 'forceClosed'] as const)('resume after %s continues in the state before', (force) => {
    const { breaker } = bench()
    const { retryAfterMs, probes, window, since } = breaker.snapshot()
    breaker[force]()
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({ state, override: null, retryAfterMs, probes, window, since })
  })

  test('the last of several overrides holds, and resume ends them all', () => {
    const { breaker } = bench()
    breaker.forceOpen('one')
    breaker.forceClosed('two')
    breaker.forceOpen('three')
    expect(breaker.snapshot().override).toMatchObject({ state: 'open', note: 'three' })
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({ state, override: null })
  })

  test.each(['forceOpen', 'forceClosed', 'nothing'] as const)(
    'reset after %s closes it with an empty window',
    (force) => {
      const { breaker } = bench()
      const { failure } = breaker.snapshot().totals
      if (force !== 'nothing') breaker[force]()
      breaker.reset()
      const snapshot = breaker.snapshot()
      expect(snapshot).toMatchObject({
        state: 'closed',
        override: null,
        retryAfterMs: 0,
        window: { calls: 0, failures: 0 },
      })
      expect(snapshot.totals.failure).toBe(failure)
      breaker.acquire().failure(down)
      expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', attempt: 1 })
    },
  )

  test('resume without an override changes nothing', () => {
    const { breaker } = bench()
    const before = breaker.snapshot()
    breaker.resume()
    expect(breaker.snapshot()).toEqual(before)
  })
})

describe('overrides', () => {
  test('an open duration continues during an override', () => {
    for (const force of ['forceOpen', 'forceClosed'] as const) {
      const { breaker, clock } = openBreaker()
      clock.advance(400)
      breaker[force]()
      clock.advance(300)
      breaker.resume()
      expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 300 })
      breaker[force]()
      clock.advance(300)
      breaker.resume()
      expect(breaker.state).toBe('half-open')
    }
  })

  test.each(['success', 'failure', 'ignored'] as const)(
    'a %s of a call admitted before forceOpen is late',
    (outcome) => {
      const { breaker } = closedBreaker()
      const permit = breaker.acquire()
      breaker.forceOpen()
      permit.settle(outcome, down)
      expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 0, ignored: 0, rejected: 0, late: 1 })
      breaker.resume()
      expect(breaker.state).toBe('closed')
    },
  )

  test('a call admitted by forceClosed is late after resume', () => {
    const { breaker, clock } = openBreaker({ halfOpen: { successThreshold: 1 } })
    breaker.forceClosed()
    const permit = breaker.acquire()
    clock.advance(1_000)
    breaker.resume()
    permit.success()
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', totals: { success: 0, late: 1 } })
  })

  test('a call admitted before reset is late', () => {
    const { breaker } = closedBreaker()
    const permit = breaker.acquire()
    breaker.reset()
    permit.failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, late: 1 } })
  })

  test('transitions of overrides have the reason, the cause and the duration of the state before', () => {
    const { breaker, clock } = closedBreaker()
    const seen: unknown[] = []
    breaker.on('transition', ({ from, to, reason, cause, stateDuration }) =>
      seen.push({ from, to, reason, cause, stateDuration }),
    )
    clock.advance(50)
    breaker.forceOpen('deploy')
    clock.advance(70)
    breaker.resume()
    breaker.forceOpen()
    breaker.reset()
    expect(seen).toEqual([
      { from: 'closed', to: 'open', reason: 'forced', cause: 'manual', stateDuration: 50 },
      { from: 'open', to: 'closed', reason: 'resumed', cause: 'manual', stateDuration: 70 },
      { from: 'closed', to: 'open', reason: 'forced', cause: 'manual', stateDuration: 0 },
      { from: 'open', to: 'closed', reason: 'reset', cause: 'manual', stateDuration: 0 },
    ])
  })

  test('a note is in the transition of its override, resume or reset, and in no other', () => {
    const { breaker } = openBreaker()
    const notes: unknown[] = []
    breaker.on('transition', ({ note }) => notes.push(note))
    breaker.forceClosed('rehearsal')
    breaker.forceOpen('deploy')
    breaker.reset('new host')
    breaker.forceOpen()
    breaker.resume('deployed')
    breaker.forceOpen('deploy')
    breaker.resume()
    expect(notes).toEqual(['rehearsal', 'deploy', 'new host', undefined, 'deployed', 'deploy', undefined])
  })

  test('a probe that settles during an override is late and frees its place', () => {
    const { breaker } = halfOpenBreaker()
    const probe = breaker.acquire()
    breaker.forceClosed()
    probe.success()
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({ probes: { live: 0, successes: 0 }, totals: { late: 1 } })
  })

  test('leases continue during an override', () => {
    const { breaker, clock } = halfOpenBreaker({ halfOpen: { probeTimeout: 2_000, successThreshold: 1 } })
    const probe = breaker.acquire()
    breaker.forceClosed()
    clock.advance(2_000)
    breaker.resume()
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probes: { live: 0 } })
    probe.success()
    expect(breaker.state).toBe('half-open')
  })
})
