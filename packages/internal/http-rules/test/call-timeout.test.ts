import { getEventListeners } from 'node:events'
import { CallTimeoutError } from '@cb/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CallTimeout } from '../src/index.ts'

test('a call that ends in time settles as it would without a timeout', async () => {
  const timeout = new CallTimeout('service', 60_000)
  expect(await timeout.race(async () => 'answer')).toBe('answer')
  await expect(timeout.race(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
  timeout.end()
  expect(timeout.exceeded).toBeUndefined()
})

test('a call that takes too long is aborted through its signal, after the listeners have run', async () => {
  const order: string[] = []
  const timeout = new CallTimeout('service', 20)
  const call = timeout.race((signal) => {
    signal.addEventListener('abort', () => order.push((signal.reason as Error).name))
    return new Promise(() => {})
  })
  timeout.onExceeded(({ callTimeout }) => order.push(`${callTimeout} ms`))
  await expect(call).rejects.toBeInstanceOf(CallTimeoutError)
  expect(order).toEqual(['20 ms', 'CallTimeoutError'])
  expect(timeout.exceeded).toMatchObject({ breaker: 'service', callTimeout: 20 })
})

test('an abort by the caller is passed on with its reason, and does not count as a timeout', () => {
  const controller = new AbortController()
  const timeout = new CallTimeout('service', 60_000, controller.signal)
  controller.abort('enough')
  expect(timeout.signal).toMatchObject({ aborted: true, reason: 'enough' })
  expect(timeout.exceeded).toBeUndefined()
  timeout.end()
})

test('a signal of the caller that is already aborted aborts the call at once', () => {
  const timeout = new CallTimeout('service', 60_000, AbortSignal.abort('before'))
  expect(timeout.signal).toMatchObject({ aborted: true, reason: 'before' })
  timeout.end()
})

test('a cleared timeout still passes on an abort by the caller; an ended one does not', () => {
  const controllers = [new AbortController(), new AbortController()] as const
  const [cleared, ended] = controllers.map(({ signal }) => new CallTimeout('service', 60_000, signal)) as [
    CallTimeout,
    CallTimeout,
  ]
  cleared.clear()
  ended.end()
  for (const controller of controllers) controller.abort()
  expect([cleared.signal.aborted, ended.signal.aborted]).toEqual([true, false])
})

test('a cleared timeout never aborts', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [timeout, cleared] = [new CallTimeout('service', 100), new CallTimeout('service', 100)]
  cleared.clear()
  vi.advanceTimersByTime(100)
  expect([timeout.signal.aborted, cleared.signal.aborted]).toEqual([true, false])
})

test("all calls that share a caller's signal add one listener to it, and remove it when they are over", () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length
  const timeouts = Array.from({ length: 30 }, () => new CallTimeout('service', 60_000, signal))
  expect(listeners()).toBe(1)
  for (const timeout of timeouts) timeout.end()
  expect(listeners()).toBe(0)
  timeouts[0]?.end()
  const next = new CallTimeout('service', 60_000, signal)
  timeouts[1]?.end()
  expect(listeners()).toBe(1)
  next.end()
})
