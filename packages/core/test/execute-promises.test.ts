import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { paths } from './execute-paths.ts'
import { down } from './in-state.ts'

describe.each(paths)('execute, %s', (_, make) => {
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
})
