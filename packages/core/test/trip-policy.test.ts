import { fakeClock } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  slowCallRate,
  type Trip,
  type TripPolicy,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'
import { policyWith } from './misused.ts'

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

test.each([true, 1, 'open', {}, []])(
  'a trip policy that returns %j has not tripped, and that is reported',
  (answer) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const monitor = { success: () => undefined, failure: () => answer, snapshot: () => ({ calls: 0, failures: 0 }) }
    const { breaker } = closedBreaker({ trip: { name: 'mine', start: () => monitor as never } })
    for (let n = 0; n < 3; n++) breaker.acquire().failure(down)
    expect(breaker.state).toBe('closed')
    expect(logged.mock.calls).toEqual([
      [expect.stringContaining('it must return a trip, { policy, threshold, calls, failures }, or undefined')],
    ])
  },
)

test('a trip policy whose monitor lacks a method is reported when it starts', () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
  const start = () => ({ success: () => undefined, failure: () => undefined }) as never
  closedBreaker({ trip: { name: 'mine', start } })
    .breaker.acquire()
    .failure(down)
  expect(logged.mock.calls).toEqual([
    [expect.stringContaining('start() must return an object with success, failure, snapshot')],
  ])
})

describe('the name of a trip policy, which becomes a label', () => {
  const tripsAs = (name: string, policy: string): TripPolicy => ({
    name,
    start: () => ({
      success: () => undefined,
      failure: () => ({ policy, threshold: 1, calls: 1, failures: 1 }),
      snapshot: () => ({ calls: 0, failures: 0 }),
    }),
  })

  test.each(['', 'Mine', 'my_policy', 'my policy', '-mine', 'mine-', 'my--policy', '9-lives', 'x'.repeat(65)])(
    'can not be %s',
    (name) => {
      const message = /^trip\.name must be in kebab-case, at most 64 characters, got "/
      expect(() => new CircuitBreaker({ trip: tripsAs(name, name) })).toThrow(message)
      expect(() => new CircuitBreaker({ trip: tripsAs(name, name) })).toThrow(RangeError)
      expect(() => anyOf(tripsAs(name, name))).toThrow(/^anyOf argument 1\.name must be in kebab-case/)
    },
  )

  test.each(['x', 'fatal-error', 'p95-over-2s', 'x'.repeat(64)])('can be %s', (name) => {
    const breaker = new CircuitBreaker({ trip: tripsAs(name, name) })
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition?.reason).toBe(name)
  })

  test.each([
    ['of its own', tripsAs('mine', 'mine'), 'mine'],
    ['of nothing', tripsAs('mine', `user-${'4711'.repeat(30)}`), 'mine'],
    ['of another policy', tripsAs('mine', 'failure-rate'), 'mine'],
    ['of a member', anyOf(consecutiveFailures(9), tripsAs('mine', 'mine')), 'mine'],
    ['of a member of a member', anyOf(consecutiveFailures(9), anyOf(tripsAs('mine', 'mine'))), 'mine'],
    ['of another member', anyOf(consecutiveFailures(9), tripsAs('mine', 'consecutive-failures')), 'mine'],
  ])('is the reason of the transition where a trip has the name %s', (_, trip, reason) => {
    const breaker = new CircuitBreaker({ trip })
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason, trip: { policy: reason } })
  })
})
