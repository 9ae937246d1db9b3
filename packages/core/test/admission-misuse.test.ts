import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { consecutiveFailures } from '../src/index.ts'
import { type Bench, closedBreaker, down } from './in-state.ts'
import { admissionWith } from './misused.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

describe('an admission policy that misbehaves', () => {
  const fail = () => {
    throw new Error('my bug')
  }

  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['returns true', () => true],
    ['returns false', () => false],
    ['returns null', () => null],
    ['returns an unknown reason', () => 'quota'],
    ['returns the reason of a state', () => 'open'],
    ['returns an object', () => ({})],
    ['is async', async () => undefined],
    ['is async and rejects', () => Promise.reject(new Error('my bug'))],
  ])('admits the call and is reported once when reject %s', async (_, reject) => {
    const { breaker } = closedBreaker({ admission: admissionWith({ reject: reject as never }) })
    for (let n = 0; n < 3; n++) await expect(breaker.execute(() => n)).resolves.toBe(n)
    await new Promise((resolve) => setImmediate(resolve))
    expect(console.error).toHaveBeenCalledOnce()
  })

  test.each(['success', 'failure', 'snapshot'] as const)(
    'breaks no call when %s throws, and is reported once',
    async (part) => {
      const { breaker } = closedBreaker({ admission: admissionWith({ [part]: fail }), trip: consecutiveFailures(9) })
      await expect(breaker.execute(() => 1)).resolves.toBe(1)
      await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
      expect(breaker.snapshot()).toMatchObject({ totals: { success: 1, failure: 1 }, admission: { policy: 'mine' } })
      expect(console.error).toHaveBeenCalledOnce()
    },
  )

  test.each(['success', 'failure'] as const)('is no unhandled rejection when %s is async and rejects', async (part) => {
    const rejecting = () => Promise.reject(new Error('my bug')) as never
    const { breaker } = closedBreaker({ admission: admissionWith({ [part]: rejecting }), trip: consecutiveFailures(9) })
    for (const outcome of ['success', 'failure'] as const) breaker.acquire().settle(outcome, down)
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 1 })
    expect(console.error).toHaveBeenCalledOnce()
  })

  test('is reported once over several outages', () => {
    const options = { admission: admissionWith({ failure: fail }), halfOpen: { successThreshold: 1 } }
    const { breaker, clock } = closedBreaker(options)
    for (let outage = 0; outage < 3; outage++) {
      breaker.acquire().failure(down)
      clock.advance(1_000)
      breaker.acquire().success()
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', opens: 3, closes: 3 })
    expect(console.error).toHaveBeenCalledOnce()
  })

  test.each<[string, () => never]>([
    ['throws', fail],
    ['returns nothing', () => undefined as never],
    ['returns an object without reject', () => ({}) as never],
  ])('admits calls when start %s', async (_, start) => {
    const { breaker } = closedBreaker({ admission: { name: 'mine', start } })
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    expect(console.error).toHaveBeenCalledOnce()
  })

  test('that itself forces the breaker open rejects the call, or has it counted as late', async () => {
    const { breaker }: Bench = closedBreaker({
      admission: admissionWith({ reject: () => void breaker.forceOpen('enough') }),
    })
    await breaker.execute(() => 1).catch(() => {})
    const { state, override, totals } = breaker.snapshot()
    expect([state, override?.note, totals.success]).toEqual(['open', 'enough', 0])
    expect(totals.late + totals.rejected).toBe(1)
  })
})
