import { getEventListeners } from 'node:events'
import { runInNewContext } from 'node:vm'
import { deferred } from '@cb/test-kit'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import { CircuitOpenError } from '../src/index.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

// The plain path, and the general one that a listener or an option switches on, must not differ.
const paths = [
  ['unwatched', () => closedBreaker().breaker],
  [
    'watched',
    () => {
      const { breaker } = closedBreaker()
      breaker.on('outcome', () => {})
      return breaker
    },
  ],
  ['with a call timeout', () => closedBreaker({ callTimeout: 1_000 }).breaker],
  [
    'with a classify',
    () => closedBreaker({ classify: ({ status }) => (status === 'fulfilled' ? 'success' : 'failure') }).breaker,
  ],
] as const

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

  test('awaits a thenable that is no promise', async () => {
    const breaker = make()
    // biome-ignore lint/suspicious/noThenProperty: a query builder, say
    const query = { then: (resolve: (rows: number) => void) => resolve(3) } as PromiseLike<number>
    await expect(breaker.execute(() => query)).resolves.toBe(3)
    // biome-ignore lint/suspicious/noThenProperty: and one that fails
    const broken = { then: (_: unknown, reject: (error: Error) => void) => reject(down) } as PromiseLike<number>
    await expect(breaker.execute(() => broken)).rejects.toBe(down)
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 1 })
  })

  test.each<[string, () => unknown]>([
    [
      'a promise whose constructor throws',
      () =>
        Object.defineProperty(Promise.resolve(1), 'constructor', {
          get() {
            throw down
          },
        }),
    ],
    [
      'an object whose getter of then throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a hostile value
        get then() {
          throw down
        },
      }),
    ],
    [
      'a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a hostile value
        then() {
          throw down
        },
      }),
    ],
  ])('rejects with the error of %s, and counts it', async (_, call) => {
    const breaker = make()
    const result = breaker.execute(call)
    expect(result).toBeInstanceOf(Promise)
    await expect(result).rejects.toBe(down)
    expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 1, ignored: 0, rejected: 0, late: 0 })
  })

  test.each<[string, PropertyDescriptor]>([
    [
      'throws',
      {
        value() {
          throw down
        },
      },
    ],
    [
      'is a getter that throws',
      {
        get() {
          throw down
        },
      },
    ],
    [
      'calls back twice and returns nothing',
      {
        value(resolve: (value: string) => void, reject: (error: Error) => void) {
          resolve('of then')
          resolve('again')
          reject(down)
        },
      },
    ],
  ])('treats a promise with its own then as await does, when that %s', async (_, then) => {
    const breaker = make()
    const odd = () => Object.defineProperty(Promise.resolve('value'), 'then', then)
    const result = breaker.execute(odd)
    expect(result).toBeInstanceOf(Promise)
    await expect(result).resolves.toBe(await odd())
    expect(breaker.snapshot().totals).toEqual({ success: 1, failure: 0, ignored: 0, rejected: 0, late: 0 })
  })

  test('counts a thenable that resolves and then throws as one success', async () => {
    const breaker = make()
    const odd = {
      // biome-ignore lint/suspicious/noThenProperty: a hostile value
      then(resolve: (value: string) => void) {
        resolve('first')
        throw down
      },
    }
    await expect(breaker.execute(() => odd as never)).resolves.toBe('first')
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 0 })
  })

  test('passes on a rejected promise of another realm', async () => {
    const breaker = make()
    const call = () => runInNewContext('Promise.reject(new Error("of the realm"))')
    await expect(breaker.execute(call)).rejects.toHaveProperty('message', 'of the realm')
    expect(breaker.snapshot().totals.failure).toBe(1)
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
