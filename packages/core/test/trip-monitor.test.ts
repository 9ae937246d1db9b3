import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, consecutiveFailures, ramp, restoreState, saveState, type TripPolicy } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'
import { policyWith, throwing } from './misused.ts'

afterEach(() => vi.restoreAllMocks())

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

test.each<[string, object]>([
  ['has no save', {}],
  ['has no load', { save: () => 5 }],
])('a breaker whose trip policy %s is restored with an empty window', (_, part) => {
  const make = () => new CircuitBreaker({ name: 'saved', trip: policyWith(part) })
  expect(restoreState(make(), JSON.parse(JSON.stringify(saveState(make()))))).toBe(true)
})
