import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  adaptiveThrottle,
  consecutiveFailures,
  failureCount,
  failureRate,
  slowCallRate,
  type Trip,
  type TripPolicy,
  type TripWatch,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

const nothing = { calls: 0, failures: 0 }
const policy = (watch: Partial<TripWatch>): TripPolicy => ({
  name: 'mine',
  watch: () => ({ success: () => undefined, failure: () => undefined, snapshot: () => nothing, ...watch }),
})

test('a trip policy of your own takes ten lines', () => {
  const onFatal: TripPolicy = {
    name: 'fatal-error',
    watch: () => ({
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

test('a trip policy can open on a success, and is not shown what is ignored', () => {
  const success = vi.fn<() => Trip | undefined>(() => ({ policy: 'mine', threshold: 1, ...nothing }))
  const { breaker } = closedBreaker({ trip: policy({ success }) })
  breaker.acquire().ignore()
  expect(success).not.toHaveBeenCalled()
  breaker.acquire().success()
  expect(breaker.state).toBe('open')
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, ignored: 1 })
})

test('a trip policy that throws is taken for no trip, said once, and breaks no call', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = () => {
    throw new Error('my bug')
  }
  const { breaker } = closedBreaker({ trip: policy({ success: fail, failure: fail, snapshot: fail }) })
  await expect(breaker.execute(() => 1)).resolves.toBe(1)
  await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 1, failure: 1 }, window: nothing })
  expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
})

test.each([null, false, 0, ''])('a trip policy that gives %j has not tripped', async (answer) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const give = () => answer as never
  const { breaker } = closedBreaker({ trip: policy({ success: give, failure: give }) })
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
  ['gives nothing', () => undefined as never],
])('a trip policy whose second watch %s', (_, second) => {
  const flaky = (): TripPolicy => {
    let watched = 0
    const good = policy({ failure: () => ({ policy: 'mine', threshold: 1, ...nothing }) })
    return {
      name: 'flaky',
      watch: (clock) => (++watched === 1 ? good.watch(clock, { random: Math.random }) : second()),
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

test('a trip policy may itself move the breaker on', () => {
  const failure = () => {
    breaker.forceOpen('by policy')
    return { policy: 'mine', threshold: 1, ...nothing }
  }
  const { breaker } = closedBreaker({ trip: policy({ failure }) })
  breaker.acquire().failure(down)
  expect(breaker.snapshot()).toMatchObject({ state: 'open', override: { reason: 'by policy' }, opens: 1 })
})

test.each([
  consecutiveFailures(1),
  failureCount({ threshold: 1 }),
  failureRate({ minimumCalls: 1 }),
  slowCallRate({ slowAfter: 1, minimumCalls: 1 }),
  adaptiveThrottle(),
])('a copy of $name under a name and with a config of your own is a policy as well', (original) => {
  const copy: TripPolicy = { ...original, name: 'mine', config: { theirs: true } }
  const { breaker } = closedBreaker({ trip: copy })
  const { breaker: usual } = closedBreaker({ trip: original })
  for (const either of [breaker, usual]) either.acquire().failure(down)
  expect(breaker.state).toBe(usual.state)
  expect(breaker.snapshot().window).toEqual(usual.snapshot().window)
  expect(breaker.snapshot().config['trip']).toEqual({ policy: 'mine', theirs: true })
})
