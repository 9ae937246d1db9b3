import { getEventListeners } from 'node:events'
import { deferred } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const noTotals = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }

test('a call whose signal is aborted already does not start, is not counted and gets no fallback', async () => {
  const { breaker } = closedBreaker()
  const call = vi.fn()
  const fallback = vi.fn()
  await expect(breaker.execute(call, { signal: AbortSignal.abort(down), fallback })).rejects.toBe(down)
  expect(call).not.toHaveBeenCalled()
  expect(fallback).not.toHaveBeenCalled()
  expect(breaker.snapshot().totals).toEqual(noTotals)
})

test('an abort in flight rejects at once with its reason, is ignored and gets no fallback', async () => {
  const { breaker } = closedBreaker()
  const controller = new AbortController()
  const fallback = vi.fn()
  let given: AbortSignal | undefined
  const call = (signal: AbortSignal) => {
    given = signal
    return new Promise(() => {})
  }
  const result = breaker.execute(call, { signal: controller.signal, fallback })
  controller.abort(down)
  await expect(result).rejects.toBe(down)
  expect(given?.aborted).toBe(true)
  expect(given?.reason).toBe(down)
  expect(fallback).not.toHaveBeenCalled()
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { ...noTotals, ignored: 1 } })
})

test('what the call does after the abort is not counted, and is no unhandled rejection', async () => {
  const { breaker } = closedBreaker()
  const controller = new AbortController()
  const slow = deferred()
  const result = breaker.execute(() => slow.promise, { signal: controller.signal })
  controller.abort(down)
  await expect(result).rejects.toBe(down)
  slow.reject(new Error('too late'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(breaker.snapshot().totals).toEqual({ ...noTotals, ignored: 1 })
})

test('an abort is ignored whatever classify says', async () => {
  const { breaker } = closedBreaker({ classify: () => 'failure' })
  const controller = new AbortController()
  const result = breaker.execute(() => new Promise(() => {}), { signal: controller.signal })
  controller.abort(down)
  await expect(result).rejects.toBe(down)
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { ignored: 1 } })
})

test('an aborted probe gives its place back', async () => {
  const { breaker } = halfOpenBreaker()
  const controller = new AbortController()
  const result = breaker.execute(() => new Promise(() => {}), { signal: controller.signal })
  expect(breaker.tryAcquire().admitted).toBe(false)
  controller.abort(down)
  await expect(result).rejects.toBe(down)
  expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 0, failures: 0 })
})

test.each<[string, () => unknown]>([
  ['resolves', () => Promise.resolve(1)],
  ['rejects', () => Promise.reject(down)],
  ['returns', () => 1],
  [
    'throws',
    () => {
      throw down
    },
  ],
])('when the call %s no listener stays on the signal', async (_, call) => {
  const { signal } = new AbortController()
  await closedBreaker()
    .breaker.execute(call, { signal })
    .catch(() => {})
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('a rejected call leaves no listener on the signal and gets the fallback', async () => {
  const { signal } = new AbortController()
  await expect(openBreaker().breaker.execute(() => 1, { signal, fallback: () => 'cached' })).resolves.toBe('cached')
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('an abort after the call has settled changes nothing', async () => {
  const { breaker } = closedBreaker()
  const controller = new AbortController()
  let given: AbortSignal | undefined
  await breaker.execute(
    (signal) => {
      given = signal
    },
    { signal: controller.signal },
  )
  controller.abort()
  expect(given?.aborted).toBe(false)
  expect(breaker.snapshot().totals).toEqual({ ...noTotals, success: 1 })
})

test('a signal that an event listener aborts during admission ends the call', async () => {
  const { breaker, clock } = openBreaker()
  const controller = new AbortController()
  breaker.on('transition', () => controller.abort(down))
  clock.advance(1_000)
  const slow = deferred<string>()
  const result = breaker.execute(() => slow.promise, { signal: controller.signal })
  slow.resolve('as if nothing had happened')
  await expect(result).rejects.toBe(down)
  expect(breaker.snapshot().probes?.live).toBe(0)
})

test('a call with a signal has no time limit on a breaker without a callTimeout', async () => {
  vi.useFakeTimers()
  const { breaker } = closedBreaker()
  const call = breaker.execute(() => new Promise((resolve) => setTimeout(() => resolve('late'), 86_400_000)), {
    signal: new AbortController().signal,
  })
  vi.advanceTimersByTime(86_400_000)
  await expect(call).resolves.toBe('late')
})

/** A signal of a user's own, of which one part throws. */
function signalThatThrows(part: 'addEventListener' | 'removeEventListener' | 'aborted'): AbortSignal {
  const fail = () => {
    throw down
  }
  const usual = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} }
  return Object.defineProperty({ ...usual }, part, part === 'aborted' ? { get: fail } : { value: fail }) as never
}

describe.each([
  ['with a callTimeout', { callTimeout: 1_000, halfOpen: { probeTimeout: 2_000 } }],
  ['without a callTimeout', {}],
])('a signal of which a part throws, %s', (_, options) => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test.each([
    ['addEventListener', 1],
    ['aborted', 0],
  ] as const)('%s: rejects with that error, leaves no timer and counts no failure', async (part, ignored) => {
    const { breaker } = halfOpenBreaker(options)
    const call = vi.fn(() => 1)
    const result = breaker.execute(call, { signal: signalThatThrows(part) })
    await expect(result).rejects.toBe(down)
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(breaker.snapshot()).toMatchObject({
      state: 'half-open',
      probes: { live: 0, successes: 0, failures: 0 },
      totals: { ignored, failure: 1, late: 0 },
    })
  })

  test('removeEventListener: the call settles, its permit too, and no timer is left', async () => {
    const { breaker } = halfOpenBreaker(options)
    const result = breaker.execute(() => 1, { signal: signalThatThrows('removeEventListener') })
    await result.catch((error: unknown) => expect(error).toBe(down))
    expect(vi.getTimerCount()).toBe(0)
    expect(breaker.snapshot().probes?.live).toBe(0)
    const { success, ignored, late } = breaker.snapshot().totals
    expect([success + ignored, late]).toEqual([1, 0])
  })
})

test('a signal in place of the options is a TypeError that shows the right form', async () => {
  const { breaker } = closedBreaker()
  const call = vi.fn()
  await expect(breaker.execute(call, new AbortController().signal as never)).rejects.toThrow(
    new TypeError('execute takes the signal as an option: execute(fn, { signal })'),
  )
  expect(call).not.toHaveBeenCalled()
})

test('twenty calls in flight with one signal have one listener on it, which ends all of them', async () => {
  const { breaker } = closedBreaker()
  const controller = new AbortController()
  const { signal } = controller
  const settled = Promise.allSettled(
    Array.from({ length: 20 }, () => breaker.execute(() => new Promise(() => {}), { signal })),
  )
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  controller.abort(down)
  expect(await settled).toEqual(Array(20).fill({ status: 'rejected', reason: down }))
  expect(breaker.snapshot().totals).toEqual({ ...noTotals, ignored: 20 })
})

test('a call that ends leaves the listener on the signal to the others', async () => {
  const { breaker } = closedBreaker()
  const controller = new AbortController()
  const { signal } = controller
  const slow = breaker.execute(() => new Promise(() => {}), { signal })
  await breaker.execute(() => 1, { signal })
  controller.abort(down)
  await expect(slow).rejects.toBe(down)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
