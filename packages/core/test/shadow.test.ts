import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../src/index.ts'
import { down, halfOpenBreaker, openBreaker } from './in-state.ts'

describe('a breaker in shadow mode', () => {
  test('rejects nothing, and counts and emits the rejections it would have made', async () => {
    const { breaker } = openBreaker({ shadow: true })
    const seen: unknown[] = []
    breaker.on('rejection', ({ reason, shadow, retryAfterMs }) => seen.push({ reason, shadow, retryAfterMs }))
    await expect(breaker.execute(() => 'answer')).resolves.toBe('answer')
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      shadowed: 2,
      totals: { success: 1, rejected: 0, late: 0 },
    })
    expect(seen).toEqual([
      { reason: 'open', shadow: true, retryAfterMs: 1_000 },
      { reason: 'open', shadow: true, retryAfterMs: 1_000 },
    ])
  })

  test('goes through the same states as without shadow mode', () => {
    const { breaker, clock } = openBreaker({ shadow: true, halfOpen: { maxConcurrent: 1, successThreshold: 1 } })
    const whileOpen = breaker.acquire()
    clock.advance(1_000)
    const probe = breaker.acquire()
    const beyond = breaker.acquire()
    whileOpen.failure(down)
    beyond.failure(down)
    expect(breaker.snapshot()).toMatchObject({
      state: 'half-open',
      totals: { failure: 3 },
      probes: { live: 1, failures: 0 },
    })
    probe.success()
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', shadowed: 2, totals: { success: 1, late: 0 } })
  })

  test('emits one outcome for each call', () => {
    const { breaker } = openBreaker({ shadow: true })
    const seen: unknown[] = []
    breaker.on('outcome', ({ state, outcome, late }) => seen.push({ state, outcome, late }))
    const permit = breaker.acquire()
    permit.failure(down)
    permit.success()
    expect(seen).toEqual([{ state: 'open', outcome: 'failure', late: false }])
    expect(breaker.snapshot().totals).toMatchObject({ failure: 2, success: 0, late: 1 })
  })

  test('rejects when it is forced open', () => {
    const breaker = new CircuitBreaker({ shadow: true })
    breaker.forceOpen('really')
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'forced-open' })
  })

  test('can be turned off by configure', () => {
    const { breaker } = openBreaker({ shadow: true })
    breaker.configure({ shadow: false })
    expect(breaker.tryAcquire().admitted).toBe(false)
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })
})

test('a number is the share of rejections that are admitted', () => {
  const chances = [0.1, 0.79, 0.8, 0.99]
  const { breaker } = openBreaker({ shadow: 0.8, openDuration: 1_000, random: () => chances.shift() ?? 0 })
  expect([1, 2, 3, 4].map(() => breaker.tryAcquire().admitted)).toEqual([true, true, false, false])
  expect(breaker.snapshot()).toMatchObject({ shadowed: 2, totals: { rejected: 2 }, config: { shadow: 0.8 } })
})

test.each([
  [-0.1, RangeError],
  [1.1, RangeError],
  [Number.NaN, RangeError],
  ['yes', TypeError],
  [null, TypeError],
])('shadow: %j throws an error that names the option', (shadow, kind) => {
  const make = () => new CircuitBreaker({ shadow: shadow as never })
  expect(make).toThrow(kind)
  expect(make).toThrow('shadow')
})

test('a call that passes only in shadow mode has the call timeout of calls, and not that of probes', () => {
  const { breaker } = halfOpenBreaker({ shadow: true, callTimeout: 500, halfOpen: { callTimeout: 30 } })
  expect(breaker.acquire().callTimeout).toBe(30)
  expect(breaker.acquire().callTimeout).toBe(500)
  expect(breaker.snapshot().shadowed).toBe(1)
})
