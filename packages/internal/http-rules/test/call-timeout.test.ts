import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CallTimeout } from '../src/index.ts'

const unheard = () => {}

test('its signal is aborted when the time is over, with the reason that the listener returns', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const order: string[] = []
  const { signal } = new CallTimeout(20, () => order.push('listener') && 'too late')
  signal?.addEventListener('abort', () => order.push('abort'))
  vi.advanceTimersByTime(19)
  expect(signal?.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(order).toEqual(['listener', 'abort'])
  expect(signal?.reason).toBe('too late')
})

test('an abort by the caller is passed on with its reason', () => {
  const controller = new AbortController()
  const timeout = new CallTimeout(60_000, unheard, controller.signal)
  controller.abort('enough')
  expect(timeout.signal).toMatchObject({ aborted: true, reason: 'enough' })
  timeout.end()
})

test('a signal of the caller that is already aborted aborts the call at once', () => {
  const timeout = new CallTimeout(60_000, unheard, AbortSignal.abort('before'))
  expect(timeout.signal).toMatchObject({ aborted: true, reason: 'before' })
  timeout.end()
})

test.each([['a string'], [{}]])('there is no signal for %o instead of one, so that the library can reject it', (it) => {
  const timeout = new CallTimeout(60_000, unheard, it as never)
  expect(timeout.signal).toBeUndefined()
  timeout.end()
})

test('a signal that throws makes it throw, and starts no timer', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const broken = Object.assign(new AbortController().signal, {
    addEventListener() {
      throw new Error('broken')
    },
  })
  expect(() => new CallTimeout(10, unheard, broken)).toThrow('broken')
  expect(vi.getTimerCount()).toBe(0)
})

test('a cleared timeout still passes on an abort by the caller; an ended one does not', () => {
  const controllers = [new AbortController(), new AbortController()] as const
  const [cleared, ended] = controllers.map(({ signal }) => new CallTimeout(60_000, unheard, signal)) as [
    CallTimeout,
    CallTimeout,
  ]
  cleared.clear()
  ended.end()
  for (const controller of controllers) controller.abort()
  expect([cleared.signal?.aborted, ended.signal?.aborted]).toEqual([true, false])
})

test('a cleared timeout never aborts', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [timeout, cleared] = [new CallTimeout(100, unheard), new CallTimeout(100, unheard)]
  cleared.clear()
  vi.advanceTimersByTime(100)
  expect([timeout.signal?.aborted, cleared.signal?.aborted]).toEqual([true, false])
})

test("all calls that share a caller's signal add one listener to it, and remove it when they are over", () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length
  const timeouts = Array.from({ length: 30 }, () => new CallTimeout(60_000, unheard, signal))
  expect(listeners()).toBe(1)
  for (const timeout of timeouts) timeout.end()
  expect(listeners()).toBe(0)
  timeouts[0]?.end()
  const next = new CallTimeout(60_000, unheard, signal)
  timeouts[1]?.end()
  expect(listeners()).toBe(1)
  next.end()
})
