import { fileURLToPath } from 'node:url'
import {
  anyOf,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitBreakerRegistry,
  consecutiveFailures,
  failureRate,
  restoreState,
  saveState,
  timeWindow,
} from '@cb/core'
import { caching } from '@cb/example-combining/src/lru-cache.js'
import { limiting } from '@cb/example-combining/src/p-limit.js'
import Opossum from 'opossum'
import { expect, vi } from 'vitest'
import { checkHealth, healthCheckFailed } from '../src/health-check.js'
import { down, hang, repeat, up } from './calls.ts'
import { testRows } from './rows.ts'

const is404 = (error: { status?: number }) => error.status === 404

/** Both libraries with the same function; opossum's default is to open at the first failure. */
function both(
  action: () => Promise<unknown>,
  theirs: Opossum.Options = {},
  ours: CircuitBreakerOptions = { trip: consecutiveFailures(1) },
) {
  const opossum = new Opossum(action, theirs)
  const breaker = new CircuitBreaker(ours)
  return {
    opossum,
    breaker,
    call: async (times = 1) => {
      await repeat(times, () => opossum.fire())
      await repeat(times, () => breaker.execute(action))
    },
    /** The states of both. */
    states: () => [opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed', breaker.state],
  }
}

/** A function that works or not. */
function switchable() {
  const service = { works: false, call: () => (service.works ? up() : down()) }
  return service
}

/** What listeners have logged. */
function logged() {
  const lines: string[] = []
  return { lines, log: (...words: unknown[]) => void lines.push(words.join(' ')) }
}

testRows('opossum', fileURLToPath(import.meta.url), {
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
    expect(await breaker.execute(missing, { fallback: () => 'cached' })).toBe('cached')
  },

  async '`fallback(fn)`'() {
    const action = async (amount: number) => {
      throw new Error(`no answer for ${amount}`)
    }
    const opossum = new Opossum(action)
    opossum.fallback((amount, error) => `${amount}: ${error.message}`)
    expect(await opossum.fire(1)).toBe('1: no answer for 1')
    const breaker = new CircuitBreaker()
    const lastKnown = (error: unknown) => `last known after: ${(error as Error).message}`
    const wrapped = breaker.wrap(action, { fallback: (error) => lastKnown(error) })
    expect(await wrapped(1)).toBe('last known after: no answer for 1')
  },

  async '`isOurError(error)`'() {
    const { opossum, breaker, call } = both(down)
    await call()
    expect(await opossum.fire().catch((error) => Opossum.isOurError(error))).toBe(true)
    expect(await breaker.execute(down).catch((error) => error.code === 'ECIRCUITOPEN')).toBe(true)
  },

  async "`on('open')`, `on('halfOpen')`, `on('close')`"() {
    const service = switchable()
    const { opossum, breaker, call } = both(
      () => service.call(),
      { resetTimeout: 1_000 },
      { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 } },
    )
    const theirs = logged()
    opossum.on('open', () => theirs.log('open'))
    opossum.on('halfOpen', () => theirs.log('half-open'))
    opossum.on('close', () => theirs.log('closed'))
    const { lines, log } = logged()
    breaker.on('transition', ({ to }) => log(to))
    await call()
    await vi.advanceTimersByTimeAsync(1_000)
    service.works = true
    await call()
    expect(theirs.lines).toEqual(['open', 'half-open', 'closed'])
    expect(lines).toEqual(['open', 'half-open', 'closed'])
  },

  async "`on('success')`, `on('failure')`, `on('timeout')`"() {
    const actions = [up, down, hang]
    let next = 0
    const action = () => (actions[next++ % 3] ?? up)()
    const opossum = new Opossum(action, { timeout: 2_000, volumeThreshold: 10 })
    const theirs = logged()
    for (const event of ['success', 'failure', 'timeout'] as const) {
      opossum.on(event as 'success', () => theirs.log(event))
    }
    const breaker = new CircuitBreaker({ callTimeout: 2_000 })
    const { lines, log } = logged()
    breaker.on('outcome', ({ outcome, duration, timedOut }) => log(outcome, duration, timedOut))
    const calls = Promise.all([repeat(3, () => opossum.fire()).then(() => repeat(3, () => breaker.execute(action)))])
    await vi.advanceTimersByTimeAsync(4_000)
    await calls
    expect(theirs.lines).toEqual(['success', 'failure', 'timeout', 'failure'])
    expect(lines).toEqual(['success 0 false', 'failure 0 false', 'failure 2000 true'])
  },

  async "`on('reject')`"() {
    const { opossum, breaker, call } = both(down, {}, { trip: consecutiveFailures(1), openDuration: 1_000 })
    const theirs = logged()
    opossum.on('reject', ({ message }) => theirs.log(message))
    const { lines, log } = logged()
    breaker.on('rejection', ({ reason, retryAfterMs }) => log(reason, retryAfterMs))
    await call(2)
    expect(theirs.lines).toEqual(['Breaker is open'])
    expect(lines).toEqual(['open 1000'])
  },

  async '`stats`'() {
    const service = switchable()
    const { opossum, breaker, call } = both(() => service.call(), {}, { trip: consecutiveFailures(4) })
    service.works = true
    await call(3)
    service.works = false
    await call(5)
    const { successes, failures, rejects } = opossum.stats
    const { success, failure, rejected } = breaker.snapshot().totals
    expect([successes, failures, rejects]).toEqual([3, 4, 1])
    expect([success, failure, rejected]).toEqual([3, 4, 1])
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

  async '`healthCheck(fn, interval)`'() {
    const service = switchable()
    service.works = true
    const check = async () => void (await service.call())
    const { opossum, breaker, call, states } = both(
      up,
      { resetTimeout: 30_000 },
      { trip: anyOf(failureRate(), healthCheckFailed), openDuration: 30_000, halfOpen: { successThreshold: 1 } },
    )
    opossum.healthCheck(check, 5_000)
    const stop = checkHealth(breaker, check, 5_000)
    await call()
    expect(states()).toEqual(['closed', 'closed'])
    service.works = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect(states()).toEqual(['open', 'open'])
    service.works = true
    await vi.advanceTimersByTimeAsync(30_000)
    await call()
    expect(states()).toEqual(['closed', 'closed'])
    stop()
    service.works = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect(states()).toEqual(['open', 'closed'])
  },

  async '`open()`'() {
    const { opossum, breaker, call, states } = both(up, { resetTimeout: 30_000 }, {})
    opossum.open()
    breaker.forceOpen('maintenance', { for: 30_000 })
    await call()
    expect(states()).toEqual(['open', 'open'])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(states()).toEqual(['half-open', 'closed'])
    await call()
    expect(states()).toEqual(['closed', 'closed'])
  },

  async '`close()`'() {
    const trip = failureRate({ minimumCalls: 5 })
    const { opossum, breaker, call, states } = both(down, { volumeThreshold: 5 }, { trip })
    await call(5)
    expect(states()).toEqual(['open', 'open'])
    opossum.close()
    breaker.reset('all is well')
    expect(states()).toEqual(['closed', 'closed'])
    await call()
    expect(states()).toEqual(['open', 'closed'])
  },

  async '`disable()`, `enable()`'() {
    const { opossum, breaker, call, states } = both(down)
    opossum.disable()
    breaker.forceClosed('bypass')
    await call(30)
    expect(states()).toEqual(['closed', 'closed'])
    expect(breaker.snapshot().totals).toMatchObject({ failure: 30 })
    opossum.enable()
    breaker.resume()
    await call(31)
    expect(states()).toEqual(['open', 'open'])
  },

  async '`shutdown()`'() {
    const { opossum, breaker } = both(up)
    opossum.shutdown()
    breaker.forceOpen('shut down')
    await expect(opossum.fire()).rejects.toMatchObject({ code: 'ESHUTDOWN' })
    await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  },

  async '`toJSON()`, `state`, `status`'() {
    const options = { trip: failureRate({ minimumCalls: 5 }) }
    const { opossum, breaker: before, call } = both(down, { volumeThreshold: 5 }, options)
    await call(4)
    const { state, status } = opossum.toJSON()
    const restored = new Opossum(down, { volumeThreshold: 5, state, status } as object)
    const after = new CircuitBreaker(options)
    restoreState(after, saveState(before))
    await repeat(1, () => restored.fire())
    await repeat(1, () => after.execute(down))
    expect([restored.opened, after.state]).toEqual([true, 'open'])
    expect(() => restoreState(new CircuitBreaker({ name: 'another' }), saveState(before))).toThrow()
  },

  async '`group`'() {
    expect(new Opossum(up, { name: 'cart', group: 'shop' }).group).toBe('shop')
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1) } })
    await repeat(1, () => registry.get('cart').execute(down))
    expect(registry.get('cart').state).toBe('open')
    registry.resetAll()
    expect(registry.get('cart').state).toBe('closed')
  },
})
