import { deferred } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, consecutiveFailures } from '../src/index.ts'
import { policyWith, throwing } from './misused.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

test.each(['refuses', 'began', 'overdue'])('a trip policy whose %s throws refuses nothing, and it is said', (part) => {
  const breaker = new CircuitBreaker({ trip: policyWith({ [part]: throwing() }) })
  expect(breaker.tryAcquire().admitted).toBe(true)
  expect(console.error).toHaveBeenCalledOnce()
})

test.each(['refuses', 'began', 'overdue'])(
  'a trip policy with nothing more than %s is asked at each call',
  async (part) => {
    const asked = vi.fn()
    const breaker = new CircuitBreaker({ trip: policyWith({ [part]: asked }) })
    for (let calls = 1; calls <= 3; calls++) {
      await breaker.execute(async () => {})
      expect(asked.mock.calls.length).toBeGreaterThanOrEqual(calls)
    }
  },
)

test('a trip policy that can not watch has seen nothing', () => {
  const breaker = new CircuitBreaker({ trip: { name: 'broken', watch: throwing() } })
  expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
})

test('a trip policy that moves the breaker on itself has the last word', async () => {
  const failure = () => {
    breaker.forceOpen('enough')
    return { policy: 'mine', threshold: 1, calls: 1, failures: 1 }
  }
  const breaker: CircuitBreaker = new CircuitBreaker({ trip: policyWith({ failure }) })
  await expect(breaker.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(breaker.snapshot()).toMatchObject({ state: 'open', override: { reason: 'enough' } })
})

describe('a trip policy that wants to know of ignored calls', () => {
  test('is not told of those that succeed', () => {
    const ignored = vi.fn()
    const breaker = new CircuitBreaker({ trip: policyWith({ began: () => undefined, ignored }) })
    breaker.acquire().success()
    expect(ignored).not.toHaveBeenCalled()
  })

  test('is not told of late ones that it never heard of', async () => {
    const ignored = vi.fn()
    const breaker = new CircuitBreaker({ trip: policyWith({ ignored }) })
    const answer = deferred()
    const call = breaker.execute(() => answer.promise)
    breaker.forceOpen()
    answer.resolve()
    await call
    expect([breaker.snapshot().totals.late, ignored.mock.calls.length]).toEqual([1, 0])
  })
})

test('a late result is no misuse of a policy that does not follow calls: nothing is printed', () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const permit = breaker.acquire()
  breaker.forceOpen()
  permit.success()
  expect(console.error).not.toHaveBeenCalled()
})

test.each<[string, object]>([
  ['can not be saved', {}],
  ['can not be restored', { save: () => 5 }],
])('a breaker whose trip policy %s goes on with an empty memory', (_, part) => {
  const make = () => new CircuitBreaker({ name: 'saved', trip: policyWith(part) })
  expect(make().restore(JSON.parse(JSON.stringify(make())))).toBe(true)
})
