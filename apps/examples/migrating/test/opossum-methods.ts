import {
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  failureRate,
  restoreState,
  saveState,
} from '@cb/core'
import Opossum from 'opossum'
import { expect, vi } from 'vitest'
import { checkHealth, healthCheckFailed } from '../src/health-check.js'
import { besideOpossum as both } from './beside-opossum.ts'
import { down, hang, logged, repeat, switchable, up } from './calls.ts'
import type { Tests } from './rows.ts'

/** The methods and events of opossum, by the first column of the table. */
export const methodTests: Tests = {
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

  async "`on('fallback')`"() {
    const { opossum, breaker } = both(down)
    const theirs = logged()
    opossum.fallback(() => 'cached')
    opossum.on('fallback', (answer) => theirs.log(answer))
    const { lines, log } = logged()
    breaker.on('fallback', ({ error }) => log(error))
    expect(await opossum.fire()).toBe('cached')
    expect(await breaker.execute(down, { fallback: () => 'cached' })).toBe('cached')
    expect(theirs.lines).toEqual(['cached'])
    expect(lines).toEqual(['Error: down'])
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
}
