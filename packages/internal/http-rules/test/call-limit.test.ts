import { getEventListeners } from 'node:events'
import { CallTimeoutError } from '@cb/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CallLimit } from '../src/index.ts'

test('a call that ends in time comes to what it comes to', async () => {
  const limit = new CallLimit('service', 60_000)
  expect(await limit.race(async () => 'answer')).toBe('answer')
  await expect(limit.race(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  limit.end()
  expect(limit.exceeded).toBeUndefined()
})

test('a call that does not is told by its signal, after those who listen', async () => {
  const order: string[] = []
  const limit = new CallLimit('service', 20)
  const call = limit.race((signal) => {
    signal.addEventListener('abort', () => order.push((signal.reason as Error).name))
    return new Promise(() => {})
  })
  limit.whenExceeded(({ callTimeout }) => order.push(`${callTimeout} ms`))
  await expect(call).rejects.toBeInstanceOf(CallTimeoutError)
  expect(order).toEqual(['20 ms', 'CallTimeoutError'])
  expect(limit.exceeded).toMatchObject({ breaker: 'service', callTimeout: 20 })
})

test("the caller's abort is passed on with its reason, and is no time-out", () => {
  const controller = new AbortController()
  const limit = new CallLimit('service', 60_000, controller.signal)
  controller.abort('enough')
  expect(limit.signal).toMatchObject({ aborted: true, reason: 'enough' })
  expect(limit.exceeded).toBeUndefined()
  limit.end()
})

test('a signal that is aborted already aborts at once', () => {
  const limit = new CallLimit('service', 60_000, AbortSignal.abort('before'))
  expect(limit.signal).toMatchObject({ aborted: true, reason: 'before' })
  limit.end()
})

test("a limit that is lifted still passes on the caller's abort; one that has ended does not", () => {
  const controllers = [new AbortController(), new AbortController()] as const
  const [lifted, ended] = controllers.map(({ signal }) => new CallLimit('service', 60_000, signal)) as [
    CallLimit,
    CallLimit,
  ]
  lifted.lift()
  ended.end()
  for (const controller of controllers) controller.abort()
  expect([lifted.signal.aborted, ended.signal.aborted]).toEqual([true, false])
})

test('a limit that is lifted is none', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [limit, lifted] = [new CallLimit('service', 100), new CallLimit('service', 100)]
  lifted.lift()
  vi.advanceTimersByTime(100)
  expect([limit.signal.aborted, lifted.signal.aborted]).toEqual([true, false])
})

test("a caller's signal has one listener, however many calls follow it, and none when they are over", () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length
  const limits = Array.from({ length: 30 }, () => new CallLimit('service', 60_000, signal))
  expect(listeners()).toBe(1)
  for (const limit of limits) limit.end()
  expect(listeners()).toBe(0)
  limits[0]?.end()
  const next = new CallLimit('service', 60_000, signal)
  limits[1]?.end()
  expect(listeners()).toBe(1)
  next.end()
})
