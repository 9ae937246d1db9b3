import { CircuitBreaker } from '@cb/core'
import Bottleneck from 'bottleneck'
import * as cockatiel from 'cockatiel'
import Opossum from 'opossum'
import pLimit from 'p-limit'
import { BurstyRateLimiter, RateLimiterMemory } from 'rate-limiter-flexible'
import { expect, test } from 'vitest'

/** What a breaker makes of what the call inside it rejects with. */
async function outcomeOf(call: () => unknown): Promise<string> {
  const breaker = new CircuitBreaker()
  await breaker.execute(call).catch(() => {})
  const { success, failure, ignored } = breaker.snapshot().totals
  expect(success + failure + ignored).toBe(1)
  return ['success', 'failure', 'ignored'][[success, failure, ignored].indexOf(1)] as string
}

const forever = () => new Promise<never>(() => {})
const fail = () => Promise.reject(new Error('down'))
const quiet = (promise: Promise<unknown>) => void promise.catch(() => {})
const opossum = (options: Opossum.Options, call: () => Promise<unknown>) => new Opossum(call, options)

/** Each rejected by the real library, on this side of the wire: it proves nothing about the dependency. */
const rejections: Record<string, () => unknown> = {
  'a full cockatiel bulkhead': () => {
    const full = cockatiel.bulkhead(1)
    quiet(full.execute(forever))
    return full.execute(forever)
  },
  'an open cockatiel breaker': async () => {
    const options = { halfOpenAfter: 60_000, breaker: new cockatiel.ConsecutiveBreaker(1) }
    const open = cockatiel.circuitBreaker(cockatiel.handleAll, options)
    await open.execute(fail).catch(() => {})
    return open.execute(forever)
  },
  'an isolated cockatiel breaker': () => {
    const options = { halfOpenAfter: 60_000, breaker: new cockatiel.ConsecutiveBreaker(1) }
    const isolated = cockatiel.circuitBreaker(cockatiel.handleAll, options)
    isolated.isolate()
    return isolated.execute(forever)
  },
  'the locked semaphore of opossum': async () => {
    const full = opossum({ capacity: 1, timeout: false }, forever)
    quiet(full.fire())
    return full.fire().finally(() => full.shutdown())
  },
  'an open opossum breaker': () => {
    const open = opossum({ timeout: false }, forever)
    open.open()
    return open.fire().finally(() => open.shutdown())
  },
  'a job that Bottleneck dropped': () => {
    const strategy = Bottleneck.strategy.OVERFLOW
    const full = new Bottleneck({ maxConcurrent: 1, highWater: 0, strategy })
    quiet(full.schedule(forever))
    return full.schedule(forever)
  },
  'a stopped Bottleneck': async () => {
    const stopped = new Bottleneck()
    await stopped.stop()
    return stopped.schedule(forever)
  },
  'rate-limiter-flexible out of points': async () => {
    const empty = new RateLimiterMemory({ points: 1, duration: 60 })
    await empty.consume('key')
    return empty.consume('key')
  },
  'a bursty rate-limiter-flexible out of points': async () => {
    const one = { points: 1, duration: 60 }
    const empty = new BurstyRateLimiter(new RateLimiterMemory(one), new RateLimiterMemory({ ...one, keyPrefix: 'b' }))
    await empty.consume('key')
    await empty.consume('key')
    return empty.consume('key')
  },
  'a p-limit queue that was cleared': () => {
    const limit = pLimit({ concurrency: 1, rejectOnClear: true })
    quiet(limit(forever))
    const waiting = limit(forever)
    limit.clearQueue()
    return waiting
  },
}

test.each(Object.entries(rejections))('%s is ignored', async (_name, call) => {
  expect(await outcomeOf(call)).toBe('ignored')
})

/** Where the library's own time limit ended the call: the dependency was too slow. */
const timeouts: Record<string, () => unknown> = {
  'a cockatiel timeout': () => cockatiel.timeout(1, cockatiel.TimeoutStrategy.Aggressive).execute(forever),
  'an opossum timeout': () => {
    const breaker = opossum({ timeout: 1 }, forever)
    return breaker.fire().finally(() => breaker.shutdown())
  },
  'AbortSignal.timeout': () =>
    new Promise((_resolve, reject) => {
      const signal = AbortSignal.timeout(1)
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
}

test.each(Object.entries(timeouts))('%s is a failure', async (_name, call) => {
  expect(await outcomeOf(call)).toBe('failure')
})
