import { CircuitBreaker, consecutiveFailures, countWindow, exponentialBackoff, failureRate, timeWindow } from '@cb/core'
import { retrying } from '@cb/example-combining/src/cockatiel.js'
import { limiting } from '@cb/example-combining/src/p-limit.js'
import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  CountBreaker,
  ExponentialBackoff,
  fallback,
  handleAll,
  handleWhen,
  handleWhenResult,
  noJitterGenerator,
  retry,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { expect, vi } from 'vitest'
import { besideCockatiel as both, once } from './beside-cockatiel.ts'
import { down, hang, up } from './calls.ts'
import type { Tests } from './rows.ts'

const is404 = (error: { status?: number }) => error.status === 404
const isBusy = (value: unknown) => (value as { status?: number }).status === 503

/** Policies and options of cockatiel, by the first column of the table. */
export const policyTests: Tests = {
  async '`wrap(retry, breaker)`'() {
    const attempts = { theirs: 0, ours: 0 }
    const flaky = (who: 'theirs' | 'ours') => async () => {
      if (++attempts[who] <= 2) throw new Error('down')
      return 'up'
    }
    const { cockatiel, breaker } = both({}, { breaker: new ConsecutiveBreaker(5) })
    const policy = wrap(retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(100) }), cockatiel)
    const answers = [policy.execute(flaky('theirs')), retrying(breaker, { retries: 2 }).execute(flaky('ours'))]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await Promise.all(answers)).toEqual(['up', 'up'])
    expect(attempts).toEqual({ theirs: 3, ours: 3 })
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 2 })
  },

  async '`wrap(breaker, timeout)`'() {
    const breaker = new CircuitBreaker({ ...once, callTimeout: 2_000 })
    const { cockatiel } = both()
    const policy = wrap(cockatiel, timeout(2_000, TimeoutStrategy.Aggressive))
    const errors = [policy.execute(hang), breaker.execute(hang)].map((answer) => answer.catch(({ name }) => name))
    await vi.advanceTimersByTimeAsync(2_000)
    const [theirs, ours] = await Promise.all(errors)
    expect([theirs, ours]).toEqual(['Error', 'CallTimeoutError'])
    expect([cockatiel.state, breaker.state]).toEqual([CircuitState.Open, 'open'])
  },

  async '`wrap(fallback, breaker)`'() {
    const { cockatiel, breaker } = both()
    const policy = wrap(fallback(handleAll, 'cached'), cockatiel)
    for (const call of [down, up]) {
      expect(await policy.execute(call)).toBe('cached')
      expect(await breaker.execute(call, { fallback: () => 'cached' })).toBe('cached')
    }
    expect(breaker.state).toBe('open')
  },

  async '`wrap(bulkhead, breaker)`'() {
    const { cockatiel, breaker, states } = both()
    const policy = wrap(bulkhead(10, 100), cockatiel)
    const { execute } = limiting(breaker, { places: 10, waiting: 100 })
    const rejected = { theirs: 0, ours: 0 }
    for (let n = 0; n < 111; n++) {
      policy.execute(hang).catch(() => rejected.theirs++)
      execute(hang).catch(() => rejected.ours++)
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(rejected).toEqual({ theirs: 1, ours: 1 })
    expect(states()).toEqual(['closed', 'closed'])
  },

  async '`handleAll`'() {
    const { call, states } = both()
    const aborted = async () => {
      throw new DOMException('aborted', 'AbortError')
    }
    const other = both()
    await other.call(aborted)
    expect(other.states()).toEqual(['open', 'closed'])
    await call(down)
    expect(states()).toEqual(['open', 'open'])
  },

  async '`handleType`, `handleWhen`'() {
    const missing = async () => {
      throw Object.assign(new Error('not found'), { status: 404 })
    }
    const { call, states } = both(
      {
        ...once,
        trip: consecutiveFailures(2),
        classify: (settled) => (settled.status === 'rejected' && is404(settled.reason) ? 'ignored' : undefined),
      },
      { breaker: new ConsecutiveBreaker(2) },
      handleWhen((error) => !is404(error as { status?: number })),
    )
    await call(missing, 30)
    expect(states()).toEqual(['closed', 'closed'])
    await call(down)
    await call(missing)
    await call(down)
    expect(states()).toEqual(['open', 'open']) // two failures in a row
    await vi.advanceTimersByTimeAsync(10_000)
    await call(missing)
    expect(states()).toEqual(['closed', 'half-open'])
  },

  async '`handleResultType`, `handleWhenResult`'() {
    const busy = async () => ({ status: 503 })
    const { cockatiel, breaker, states } = both(
      {
        ...once,
        classify: (settled) =>
          settled.status === 'fulfilled' && isBusy(settled.value) ? new Error('busy') : undefined,
      },
      {},
      handleWhenResult(isBusy),
    )
    expect(await cockatiel.execute(busy)).toEqual({ status: 503 })
    expect(await breaker.execute(busy)).toEqual({ status: 503 })
    expect(states()).toEqual(['open', 'open'])
  },

  async '`ConsecutiveBreaker`'() {
    const { call, states } = both({ trip: consecutiveFailures(5) }, { breaker: new ConsecutiveBreaker(5) })
    await call(down, 4)
    await call(up)
    await call(down, 4)
    expect(states()).toEqual(['closed', 'closed'])
    await call(down)
    expect(states()).toEqual(['open', 'open'])
  },

  async '`SamplingBreaker`'() {
    const theirs = () => ({ breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 }) })
    const ours = { trip: failureRate({ threshold: 0.5, window: timeWindow(10_000), minimumCalls: 20 }) }
    const { call, states } = both(ours, theirs())
    await call(down, 19)
    expect(states()).toEqual(['closed', 'closed'])
    await call(down)
    expect(states()).toEqual(['open', 'open'])
    const half = both(ours, theirs())
    await half.call(up, 10)
    await half.call(down, 10)
    expect(half.states()).toEqual(['closed', 'open'])
    await half.call(down)
    expect(half.states()).toEqual(['open', 'open'])
  },

  async '`CountBreaker`'() {
    const theirs = () => ({ breaker: new CountBreaker({ threshold: 0.5, size: 100, minimumNumberOfCalls: 20 }) })
    const ours = { trip: failureRate({ threshold: 0.5, window: countWindow(100), minimumCalls: 20 }) }
    const { call, states } = both(ours, theirs())
    await call(down, 19)
    expect(states()).toEqual(['closed', 'closed'])
    await call(down)
    expect(states()).toEqual(['open', 'open'])
    const half = both(ours, theirs())
    await half.call(up, 10)
    await half.call(down, 10)
    expect(half.states()).toEqual(['closed', 'open'])
  },

  async '`halfOpenAfter`'() {
    const { call, states } = both({ ...once, openDuration: 10_000, halfOpen: { successThreshold: 1 } })
    await call(down)
    await vi.advanceTimersByTimeAsync(9_999)
    await call(up)
    expect(states()).toEqual(['open', 'open'])
    await vi.advanceTimersByTimeAsync(1)
    await call(up)
    expect(states()).toEqual(['closed', 'closed'])
  },

  async '`halfOpenAfter` with `ExponentialBackoff`'() {
    const backoff = new ExponentialBackoff({ initialDelay: 1_000, maxDelay: 30_000, generator: noJitterGenerator })
    const { call, states } = both(
      { ...once, openDuration: exponentialBackoff({ initial: 1_000, max: 30_000 }), random: () => 0 },
      { halfOpenAfter: backoff },
    )
    await call(down)
    for (const duration of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await vi.advanceTimersByTimeAsync(duration - 1)
      await call(up)
      expect(states()).toEqual(['open', 'open'])
      await vi.advanceTimersByTimeAsync(1)
      await call(down)
      expect(states()).toEqual(['open', 'open'])
    }
  },

  async '`halfOpenSampling`'() {
    const { cockatiel, breaker, call, states } = both(
      { ...once, halfOpen: { probes: 10, successRate: 0.8, maxConcurrent: 10 } },
      { halfOpenSampling: { calls: 10, threshold: 0.2 } },
    )
    await call(down)
    await vi.advanceTimersByTimeAsync(10_000)
    await call(down, 2)
    await call(up, 7)
    expect(states()).toEqual(['half-open', 'half-open'])
    await call(up)
    expect(states()).toEqual(['closed', 'closed'])
    await call(down)
    await vi.advanceTimersByTimeAsync(10_000)
    await call(down, 3)
    expect(states()).toEqual(['open', 'open'])
    await vi.advanceTimersByTimeAsync(10_000)
    const probes = Array.from({ length: 10 }, () => [cockatiel.execute(hang), breaker.execute(hang)])
    let waits = true
    cockatiel.execute(up).finally(() => {
      waits = false
    })
    await expect(breaker.execute(up)).rejects.toMatchObject({ reason: 'half-open' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect([probes.length, waits]).toEqual([10, true])
  },
}
