import { CircuitBreaker, consecutiveFailures, failureRate, timeWindow } from '@cb/core'
import { caching } from '@cb/example-combining/src/lru-cache.js'
import { limiting } from '@cb/example-combining/src/p-limit.js'
import Opossum from 'opossum'
import { expect, vi } from 'vitest'
import { besideOpossum as both } from './beside-opossum.ts'
import { down, hang, switchable } from './calls.ts'
import type { Tests } from './rows.ts'

const is404 = (error: { status?: number }) => error.status === 404

/** The options of opossum, by the first column of the table. */
export const optionTests: Tests = {
  async '`new CircuitBreaker(action)`, `fire(…args)`'() {
    const action = async (a: number, b: number) => a + b
    const breaker = new CircuitBreaker()
    expect(await new Opossum(action).fire(1, 2)).toBe(3)
    expect(await breaker.wrap(action)(1, 2)).toBe(3)
  },

  async '`timeout`'() {
    const { opossum, breaker } = both(hang, { timeout: 2_000 }, { callTimeout: 2_000 })
    const codes = [opossum.fire(), breaker.execute(hang)].map((answer) => answer.catch(({ code }) => code))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await Promise.all(codes)).toEqual(['ETIMEDOUT', 'ECALLTIMEOUT'])
  },

  async '`errorThresholdPercentage`, `volumeThreshold`'() {
    const theirs = { errorThresholdPercentage: 50, volumeThreshold: 20 }
    const ours = { trip: failureRate({ threshold: 0.5, minimumCalls: 20 }) }
    const { call, states } = both(down, theirs, ours)
    await call(19)
    expect(states()).toEqual(['closed', 'closed'])
    await call()
    expect(states()).toEqual(['open', 'open'])

    const service = switchable()
    const half = both(() => service.call(), theirs, ours)
    service.works = true
    await half.call(10)
    service.works = false
    await half.call(10)
    expect(half.states()).toEqual(['closed', 'open'])
    const defaults = both(down, {}, {})
    await defaults.call()
    expect(defaults.states()).toEqual(['open', 'closed'])
    await defaults.call(9)
    expect(defaults.states()).toEqual(['open', 'open'])
  },

  async '`rollingCountTimeout`, `rollingCountBuckets`'() {
    const { call, states } = both(
      down,
      { volumeThreshold: 20, rollingCountTimeout: 10_000, rollingCountBuckets: 10 },
      { trip: failureRate({ window: timeWindow(10_000, { buckets: 10 }), minimumCalls: 20 }) },
    )
    await call(19)
    await vi.advanceTimersByTimeAsync(10_000)
    await call(19)
    expect(states()).toEqual(['closed', 'closed'])
    await call()
    expect(states()).toEqual(['open', 'open'])
  },

  async '`resetTimeout`'() {
    const service = switchable()
    const { call, states } = both(
      () => service.call(),
      { resetTimeout: 30_000 },
      { trip: consecutiveFailures(1), openDuration: 30_000, halfOpen: { successThreshold: 1 } },
    )
    await call()
    service.works = true
    await vi.advanceTimersByTimeAsync(29_999)
    await call()
    expect(states()).toEqual(['open', 'open'])
    await vi.advanceTimersByTimeAsync(1)
    expect(states()).toEqual(['half-open', 'half-open'])
    await call()
    expect(states()).toEqual(['closed', 'closed'])
  },

  async '`allowWarmUp`'() {
    const { breaker, call, states } = both(down, { allowWarmUp: true, rollingCountTimeout: 10_000 })
    breaker.forceClosed('warming up', { for: 10_000 })
    await call(30)
    expect(states()).toEqual(['closed', 'closed'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(states()).toEqual(['closed', 'closed'])
    await call()
    expect(states()).toEqual(['open', 'open'])
  },

  async '`errorFilter`'() {
    const missing = async () => {
      throw Object.assign(new Error('not found'), { status: 404 })
    }
    const { opossum, breaker, call, states } = both(
      missing,
      { errorFilter: is404 },
      {
        trip: consecutiveFailures(1),
        classify: (settled) => (settled.status === 'rejected' && is404(settled.reason) ? 'success' : undefined),
      },
    )
    await call(30)
    expect(states()).toEqual(['closed', 'closed'])
    opossum.fallback(() => 'cached')
    await expect(opossum.fire()).rejects.toThrow('not found')
    await expect(breaker.execute(missing, { fallback: () => 'cached' })).rejects.toThrow('not found')
  },

  async '`capacity`'() {
    const opossum = new Opossum(hang, { capacity: 10 })
    const breaker = new CircuitBreaker()
    const { execute } = limiting(breaker, { places: 10, waiting: 100 })
    const theirs: unknown[] = []
    const ours: unknown[] = []
    let admitted = 0
    for (let n = 0; n < 111; n++) opossum.fire().catch(({ code }) => theirs.push(code))
    for (let n = 0; n < 111; n++) {
      const call = () => {
        admitted++
        return hang()
      }
      execute(call).catch(({ code }) => ours.push(code))
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(theirs[0]).toBe('ESEMLOCKED')
    expect(opossum.opened).toBe(true)
    expect([admitted, ours, breaker.state]).toEqual([10, ['ESEMLOCKED'], 'closed'])
  },

  async '`cache`, `coalesce`'() {
    let loads = 0
    const load = async (key: string) => `${++loads} of ${key}`
    const opossum = new Opossum(load, { cache: true, coalesce: true } as Opossum.Options<[string]>)
    expect(await Promise.all([opossum.fire('a'), opossum.fire('a')])).toEqual(['1 of a', '1 of a'])
    expect(await opossum.fire('a')).toBe('1 of a')
    const breaker = new CircuitBreaker()
    const { get } = caching(breaker, load, { ttl: 60_000 })
    expect(await Promise.all([get('b'), get('b')])).toEqual(['2 of b', '2 of b'])
    expect(await get('b')).toBe('2 of b')
  },

  async '`abortController`, `autoRenewAbortController`'() {
    const abortController = new AbortController()
    const theirs = new Opossum(hang, { timeout: 2_000, abortController })
    const breaker = new CircuitBreaker({ callTimeout: 2_000 })
    const signals: AbortSignal[] = []
    const action = (signal: AbortSignal) => {
      signals.push(signal)
      return hang()
    }
    for (let n = 0; n < 2; n++) {
      theirs.fire().catch(() => {})
      breaker.execute((signal) => action(signal)).catch(() => {})
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(abortController.signal.aborted).toBe(true) // of both calls
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  },
}
