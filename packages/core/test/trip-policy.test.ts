import { fakeClock } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  ramp,
  restoreState,
  saveState,
  slowCallRate,
  type Trip,
  type TripPolicy,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'
import { policyWith, throwing } from './misused.ts'

afterEach(() => vi.restoreAllMocks())

test('without options ten failures in a row or half of twenty calls open a breaker', () => {
  const opened = (outcomes: string) => {
    const breaker = new CircuitBreaker({ now: () => 0 })
    for (const outcome of outcomes)
      breaker.tryAcquire().admitted && breaker.acquire().settle(outcome === 's' ? 'success' : 'failure')
    return breaker.snapshot().lastTransition?.reason
  }
  expect(opened('f'.repeat(9))).toBeUndefined()
  expect(opened('f'.repeat(10))).toBe('consecutive-failures')
  expect(opened('sf'.repeat(10))).toBe('failure-rate')
  expect(opened('ssf'.repeat(100))).toBeUndefined()
})

test('the window is empty after the breaker has closed again', () => {
  const clock = fakeClock()
  const trip = failureCount({ threshold: 2, window: countWindow(10) })
  const breaker = new CircuitBreaker({ trip, now: clock.now, openDuration: 100, halfOpen: { successThreshold: 1 } })
  for (let n = 0; n < 2; n++) breaker.acquire().failure(down)
  clock.advance(100)
  breaker.acquire().success()
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0, failures: 0 } })
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('closed')
})

test('breakers that share a policy do not share its memory', () => {
  const trip = anyOf(consecutiveFailures(2), failureRate({ window: countWindow(4) }))
  const [one, other] = [new CircuitBreaker({ trip }), new CircuitBreaker({ trip })]
  one.acquire().failure(down)
  other.acquire().failure(down)
  expect([one.state, other.state]).toEqual(['closed', 'closed'])
})

test('a user-defined trip policy takes ten lines', () => {
  const onFatal: TripPolicy = {
    name: 'fatal-error',
    start: () => ({
      success: () => undefined,
      failure: (error) =>
        error instanceof RangeError ? { policy: 'fatal-error', threshold: 1, calls: 1, failures: 1 } : undefined,
      snapshot: () => ({ calls: 0, failures: 0 }),
    }),
  }
  const { breaker } = closedBreaker({ trip: onFatal })
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('closed')
  breaker.acquire().failure(new RangeError('fatal'))
  expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', reason: 'fatal-error', trip: { threshold: 1 } })
  expect(breaker.snapshot().config['trip']).toEqual({ policy: 'fatal-error' })
})

test('a trip policy can open on a success, and does not see ignored calls', () => {
  const success = vi.fn<() => Trip | undefined>(() => ({ policy: 'mine', threshold: 1, calls: 1, failures: 0 }))
  const { breaker } = closedBreaker({ trip: policyWith({ success }) })
  breaker.acquire().ignore()
  expect(success).not.toHaveBeenCalled()
  breaker.acquire().success()
  expect(breaker.state).toBe('open')
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, ignored: 1 })
})

test('a trip policy that throws does not trip, is reported once and breaks no call', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = () => {
    throw new Error('my bug')
  }
  const { breaker } = closedBreaker({ trip: policyWith({ success: fail, failure: fail, snapshot: fail }) })
  await expect(breaker.execute(() => 1)).resolves.toBe(1)
  await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
  expect(breaker.snapshot()).toMatchObject({
    state: 'closed',
    totals: { success: 1, failure: 1 },
    window: { calls: 0, failures: 0 },
  })
  expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
})

test.each([null, false, 0, ''])('a trip policy that returns %j has not tripped', async (answer) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const give = () => answer as never
  const { breaker } = closedBreaker({ trip: policyWith({ success: give, failure: give }) })
  await expect(breaker.execute(() => 1)).resolves.toBe(1)
  await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
  expect(breaker.state).toBe('closed')
})

describe.each([
  [
    'throws',
    () => {
      throw new Error('my bug')
    },
  ],
  ['returns nothing', () => undefined as never],
])('a trip policy of which the second call of start %s', (_, second) => {
  const flaky = (): TripPolicy => {
    let started = 0
    const good = policyWith({ failure: () => ({ policy: 'mine', threshold: 1, calls: 1, failures: 0 }) })
    return {
      name: 'flaky',
      start: (clock) => (++started === 1 ? good.start(clock, { random: Math.random }) : second()),
    }
  }

  test('does not break the probe that closes the breaker, nor the calls after it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = halfOpenBreaker({ trip: flaky(), halfOpen: { successThreshold: 1 } })
    await expect(breaker.execute(() => 'probe')).resolves.toBe('probe')
    expect(breaker.state).toBe('closed')
    await expect(breaker.execute(() => 'next')).resolves.toBe('next')
  })

  test('does not break a reset', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: flaky() })
    breaker.reset()
    expect(breaker.tryAcquire().admitted).toBe(true)
  })
})

describe('a trip policy that itself forces the breaker open', () => {
  const forcing = (): CircuitBreaker => {
    const failure = () => {
      breaker.forceOpen('by policy')
      return { policy: 'mine', threshold: 1, calls: 1, failures: 1 }
    }
    const { breaker } = closedBreaker({ trip: policyWith({ failure }) })
    return breaker
  }

  test.each<[string, (breaker: CircuitBreaker) => Promise<unknown>]>([
    ['through a permit', async (breaker) => breaker.acquire().failure(down)],
    ['through execute', (breaker) => breaker.execute(() => Promise.reject(down)).catch(() => {})],
  ])('keeps its override when its trip follows, %s', async (_, fail) => {
    const breaker = forcing()
    await fail(breaker)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', override: { note: 'by policy' }, opens: 1 })
  })
})

test('a trip policy that itself forces the breaker closed on a success does not open it afterwards', async () => {
  const { breaker } = closedBreaker({
    trip: {
      name: 'meddler',
      start: () => ({
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

test.each([
  consecutiveFailures(1),
  failureCount({ threshold: 1 }),
  failureRate({ minimumCalls: 1 }),
  slowCallRate({ slowAfter: 1, minimumCalls: 1 }),
])('a copy of $name with another name and config is a policy as well', (original) => {
  const copy: TripPolicy = { ...original, name: 'mine', config: { theirs: true } }
  const { breaker } = closedBreaker({ trip: copy })
  const { breaker: usual } = closedBreaker({ trip: original })
  for (const either of [breaker, usual]) either.acquire().failure(down)
  expect(breaker.state).toBe(usual.state)
  expect(breaker.snapshot().window).toEqual(usual.snapshot().window)
  expect(breaker.snapshot().config['trip']).toEqual({ policy: 'mine', theirs: true })
})

describe('the optional methods of a trip policy', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })

  test.each(['began', 'overdue'])('%s that throws rejects nothing and is reported', (part) => {
    const breaker = new CircuitBreaker({ trip: policyWith({ [part]: throwing() }) })
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(console.error).toHaveBeenCalledOnce()
  })

  test.each(['began', 'overdue'])('%s is called at each call, also if the policy has no other', async (part) => {
    const asked = vi.fn()
    const breaker = new CircuitBreaker({ trip: policyWith({ [part]: asked }) })
    for (let calls = 1; calls <= 3; calls++) {
      await breaker.execute(async () => {})
      expect(asked.mock.calls.length).toBeGreaterThanOrEqual(calls)
    }
  })

  test('start that throws leaves an empty window', () => {
    const breaker = new CircuitBreaker({ trip: { name: 'broken', start: throwing() } })
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })

  test('ignored is not called for calls that succeed', () => {
    const ignored = vi.fn()
    const breaker = new CircuitBreaker({ trip: policyWith({ began: () => undefined, ignored }) })
    breaker.acquire().success()
    expect(ignored).not.toHaveBeenCalled()
  })

  test('late gets the object that began got when a call settles late, and nothing else is called', () => {
    const calls: [string, object | undefined][] = []
    const log = (method: string) => (call?: object) => void calls.push([method, call])
    const parts = { began: log('began'), late: log('late'), ignored: log('ignored'), success: log('success') }
    const { breaker } = closedBreaker({ trip: policyWith(parts) })
    const permit = breaker.acquire()
    breaker.forceOpen()
    permit.success()
    breaker.resume()
    expect(calls.map(([method]) => method)).toEqual(['began', 'late'])
    expect(calls[0]?.[1]).toBe(calls[1]?.[1])
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, late: 1 })
  })

  test('late that throws breaks nothing and is reported', () => {
    const { breaker } = closedBreaker({ trip: policyWith({ began: () => undefined, late: throwing() }) })
    const permit = breaker.acquire()
    breaker.forceOpen()
    permit.success()
    expect(breaker.snapshot().totals.late).toBe(1)
    expect(console.error).toHaveBeenCalledOnce()
  })

  test('ignored and late are not needed: a late result prints nothing', () => {
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
    const permit = breaker.acquire()
    breaker.forceOpen()
    permit.success()
    expect(console.error).not.toHaveBeenCalled()
  })
})

test.each<[string, object]>([
  ['has no save', {}],
  ['has no load', { save: () => 5 }],
])('a breaker whose trip policy %s is restored with an empty window', (_, part) => {
  const make = () => new CircuitBreaker({ name: 'saved', trip: policyWith(part) })
  expect(restoreState(make(), JSON.parse(JSON.stringify(saveState(make()))))).toBe(true)
})

test('start gets the clock and the random option of the breaker, and its recovery during a ramp', () => {
  const monitor = policyWith({ failure: () => ({ policy: 'mine', threshold: 1, calls: 1, failures: 1 }) })
  const start = vi.fn<TripPolicy['start']>((clock, context) => monitor.start(clock, context))
  const options = { trip: { name: 'mine', start }, halfOpen: { successThreshold: 1 }, random: () => 0.25 }
  const { breaker, clock } = halfOpenBreaker({ ...options, recovery: ramp({ duration: 1_000, from: 0.5 }) })
  expect(start.mock.lastCall?.[1].recovery).toBeUndefined()
  breaker.acquire().success()
  clock.advance(500)
  const [given, context] = start.mock.lastCall as Parameters<TripPolicy['start']>
  expect([given.now(), context.random(), context.recovery?.share()]).toEqual([clock.now(), 0.25, 0.75])
})

test.each(['success', 'failure'])('a trip policy whose %s is async by mistake does not trip', async (method) => {
  const { breaker } = closedBreaker({ trip: policyWith({ [method]: async () => undefined }) })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const permit = breaker.acquire()
  if (method === 'success') permit.success()
  else permit.failure(down)
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 0 })
})

test.each(['success', 'failure'])(
  'a trip policy whose %s is async and rejects is no unhandled rejection',
  async (method) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const rejecting = () => Promise.reject(new Error('my bug'))
    const { breaker } = closedBreaker({ trip: policyWith({ [method]: rejecting }) })
    for (const outcome of ['success', 'failure'] as const) breaker.acquire().settle(outcome)
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaker.state).toBe('closed')
  },
)
