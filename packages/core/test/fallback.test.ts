import { expect, test, vi } from 'vitest'
import { CircuitOpenError } from '../src/index.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

const failing = () => Promise.reject(down)

test('a fallback is not called when the call succeeds', async () => {
  const fallback = vi.fn()
  await expect(closedBreaker().breaker.execute(() => 1, { fallback })).resolves.toBe(1)
  expect(fallback).not.toHaveBeenCalled()
})

test.each([
  ['a value', () => 'cached'],
  ['a promise', async () => 'cached'],
])('a fallback that returns %s replaces the error of a failed call, which still counts', async (_, fallback) => {
  const { breaker } = closedBreaker()
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('cached')
  expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { failure: 1, success: 0 } })
})

test('a fallback is called with the CircuitOpenError of a rejected call', async () => {
  const { breaker } = openBreaker()
  const fallback = vi.fn(() => 'cached')
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('cached')
  expect(fallback).toHaveBeenCalledExactlyOnceWith(expect.any(CircuitOpenError))
})

test('a fallback replaces an ignored error too', async () => {
  const { breaker } = closedBreaker({ classify: () => 'ignored' })
  await expect(breaker.execute(failing, { fallback: () => 'cached' })).resolves.toBe('cached')
})

test('a fallback is not called for a value that counts as a failure', async () => {
  const fallback = vi.fn()
  const { breaker } = closedBreaker({ classify: () => 'failure' })
  await expect(breaker.execute(() => 503, { fallback })).resolves.toBe(503)
  expect(fallback).not.toHaveBeenCalled()
})

test.each([
  [
    'throws',
    () => {
      throw new Error('cache is down')
    },
  ],
  ['rejects', () => Promise.reject(new Error('cache is down'))],
])('the error of a fallback that %s keeps the original as its cause', async (_, fallback) => {
  const result = closedBreaker().breaker.execute(failing, { fallback })
  await expect(result).rejects.toMatchObject({ message: 'cache is down', cause: down })
})

test('the error of a fallback that has a cause keeps it', async () => {
  const own = new Error('mine', { cause: 'another' })
  const result = closedBreaker().breaker.execute(failing, { fallback: () => Promise.reject(own) })
  await expect(result).rejects.toMatchObject({ cause: 'another' })
})

test('a fallback may rethrow the error it was called with', async () => {
  const fallback = (error: unknown) => Promise.reject(error)
  await expect(closedBreaker().breaker.execute(failing, { fallback })).rejects.toBe(down)
  expect(down.cause).toBeUndefined()
})

test.each([Object.freeze(new Error('frozen')), 'text', undefined, null])(
  'a fallback that throws %s passes it on',
  async (thrown) => {
    const result = closedBreaker().breaker.execute(failing, { fallback: () => Promise.reject(thrown) })
    await expect(
      result.then(
        () => 'resolved',
        (error) => [error],
      ),
    ).resolves.toEqual([thrown])
  },
)

test('the failure of a fallback does not count', async () => {
  const { breaker } = closedBreaker()
  await breaker.execute(failing, { fallback: () => Promise.reject(new Error('cache')) }).catch(() => {})
  expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 1, ignored: 0, rejected: 0, late: 0 })
})

test('a fallback may call the breaker, which has already recorded the failure', async () => {
  const { breaker } = closedBreaker()
  const fallback = () => breaker.execute(() => 1, { fallback: () => breaker.state })
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('open')
})

test('the cause of the error of a fallback is writable, as usual', async () => {
  const { breaker } = closedBreaker()
  const problem: Error & { cause?: unknown } = new Error('no cache')
  const fallback = () => {
    throw problem
  }
  await expect(breaker.execute(() => Promise.reject(down), { fallback })).rejects.toBe(problem)
  expect(Object.getOwnPropertyDescriptor(problem, 'cause')).toMatchObject({
    value: down,
    writable: true,
    configurable: true,
  })
})
