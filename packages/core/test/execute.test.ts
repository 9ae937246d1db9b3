import { getEventListeners } from 'node:events'
import { deferred } from '@cb/test-kit'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { CircuitOpenError } from '../src/index.ts'
import { paths } from './execute-paths.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

describe.each(paths)('execute, %s', (_, make) => {
  test('gives what the call gives', async () => {
    const value = { some: 'value' }
    await expect(make().execute(async () => value)).resolves.toBe(value)
    await expect(make().execute(() => value)).resolves.toBe(value)
    await expect(make().execute(() => undefined)).resolves.toBeUndefined()
  })

  test('gives the very error of the call, thrown or rejected, and counts it', async () => {
    const breaker = make()
    await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { failure: 1 } })
    const other = make()
    const call = other.execute(() => {
      throw down
    })
    await expect(call).rejects.toBe(down)
    expect(other.snapshot().totals.failure).toBe(1)
  })

  test.each([undefined, null, 0, '', 'text', Symbol('thrown')])('passes on %s when that is thrown', async (thrown) => {
    const breaker = make()
    const caught = await breaker
      .execute(() => Promise.reject(thrown))
      .then(
        () => 'resolved',
        (error) => [error],
      )
    expect(caught).toEqual([thrown])
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 1 })
  })

  test('settles its permit exactly once', async () => {
    const breaker = make()
    for (let n = 0; n < 5; n++) await breaker.execute(async () => n)
    expect(breaker.snapshot().totals).toEqual({ success: 5, failure: 0, ignored: 0, rejected: 0, late: 0 })
  })

  test('gives the call a signal that is not aborted, on which no listeners pile up', async () => {
    const breaker = make()
    let signal: AbortSignal | undefined
    for (let n = 0; n < 20; n++) {
      await breaker.execute((given) => {
        signal = given
        given.addEventListener('abort', () => {})
        AbortSignal.any([given, new AbortController().signal]).addEventListener('abort', () => {})
      })
    }
    expect(signal).toBeInstanceOf(AbortSignal)
    expect(signal?.aborted).toBe(false)
    expect(getEventListeners(signal as AbortSignal, 'abort').length).toBeLessThan(3)
  })

  test('does not start a call that is rejected', async () => {
    const breaker = make()
    breaker.forceOpen()
    const call = vi.fn()
    await expect(breaker.execute(call)).rejects.toBeInstanceOf(CircuitOpenError)
    expect(call).not.toHaveBeenCalled()
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })

  test('the result of a call that outlives the closed period changes nothing', async () => {
    const breaker = make()
    const slow = deferred<string>()
    const result = breaker.execute(() => slow.promise)
    breaker.reset()
    slow.reject(down)
    await expect(result).rejects.toBe(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, late: 1 } })
  })

  test('rejects with a TypeError for anything but a function', async () => {
    const breaker = make()
    for (const garbage of [undefined, null, 5, 'call', {}, Promise.resolve()]) {
      await expect(breaker.execute(garbage as never)).rejects.toThrow(TypeError)
    }
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 0 })
  })

  test('passes on errors whose getters throw unchanged, and opens', async () => {
    const trap = () => {
      throw new Error('hostile')
    }
    const hostiles = [new Proxy({}, { get: trap }), new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap })]
    for (const hostile of hostiles) {
      const breaker = make()
      const caught = await breaker.execute(() => Promise.reject(hostile)).catch((error) => error === hostile)
      expect(caught).toBe(true)
      expect(breaker.state).toBe('open')
    }
  })
})

describe('execute', () => {
  test('rejects with an error that has the breaker, the reason and the time until a retry', async () => {
    const { breaker, clock } = openBreaker()
    clock.advance(400)
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({
      code: 'ECIRCUITOPEN',
      breaker: 'test',
      reason: 'open',
      retryAfterMs: 600,
    })
  })

  test.each([null, 5, 'signal', {}])('rejects with an error when the signal is %s', async (signal) => {
    const call = vi.fn()
    await expect(closedBreaker().breaker.execute(call, { signal: signal as never })).rejects.toThrow(/signal .*got/)
    expect(call).not.toHaveBeenCalled()
  })

  test.each([null, 5, 'fallback', {}])('rejects with an error when the fallback is %s', async (fallback) => {
    const call = vi.fn()
    await expect(closedBreaker().breaker.execute(call, { fallback: fallback as never })).rejects.toThrow(
      /fallback .*got/,
    )
    expect(call).not.toHaveBeenCalled()
  })

  test.each([null, 5, 'options', { fallBack: () => 1 }, { timeout: 5 }])(
    'rejects with an error when the options are %j',
    async (options) => {
      const call = vi.fn()
      await expect(closedBreaker().breaker.execute(call, options as never)).rejects.toThrow(/execute/)
      expect(call).not.toHaveBeenCalled()
    },
  )

  test('has the types of the call and the fallback', () => {
    const { breaker } = closedBreaker()
    const number = () => breaker.execute(async () => 1)
    const either = () => breaker.execute(() => 1, { fallback: () => 'none' })
    const cancellable = () => breaker.execute((signal) => signal, { signal: new AbortController().signal })
    expectTypeOf(number).returns.toEqualTypeOf<Promise<number>>()
    expectTypeOf(either).returns.toEqualTypeOf<Promise<number | string>>()
    expectTypeOf(cancellable).returns.toEqualTypeOf<Promise<AbortSignal>>()
  })
})
