import { describe, expect, expectTypeOf, test } from 'vitest'
import { closedBreaker, down } from './in-state.ts'

describe('wrap', () => {
  test('keeps parameters and this', async () => {
    const account = {
      balance: 10,
      withdraw: closedBreaker().breaker.wrap(async function (this: { balance: number }, amount: number, note?: string) {
        this.balance -= amount
        return `${this.balance} ${note}`
      }),
    }
    await expect(account.withdraw(3, 'tea')).resolves.toBe('7 tea')
    expectTypeOf(account.withdraw).parameters.toEqualTypeOf<[number, (string | undefined)?]>()
    expectTypeOf(account.withdraw).returns.toEqualTypeOf<Promise<string>>()
  })

  test('returns a promise for a plain value and for a throw', async () => {
    const { breaker } = closedBreaker()
    await expect(breaker.wrap((a: number) => a + 1)(1)).resolves.toBe(2)
    const broken = breaker.wrap(() => {
      throw down
    })
    await expect(broken()).rejects.toBe(down)
    await expect(broken()).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  })

  test.each([undefined, null, 5, {}])('throws a TypeError for %s', (garbage) => {
    expect(() => closedBreaker().breaker.wrap(garbage as never)).toThrow(TypeError)
  })

  test('keeps the name and the length of the function', () => {
    const wrapped = closedBreaker().breaker.wrap(function charge(_account: string, _amount: number) {
      return 1
    })
    expect([wrapped.name, wrapped.length]).toEqual(['charge', 2])
  })

  test('keeps the overloads of a function that returns a promise', async () => {
    function load(id: number): Promise<number>
    function load(name: string): Promise<string>
    async function load(key: number | string): Promise<number | string> {
      return key
    }
    const wrapped = closedBreaker().breaker.wrap(load)
    expectTypeOf(wrapped).toEqualTypeOf(load)
    await expect(wrapped('a name')).resolves.toBe('a name')
  })

  test('answers with the fallback when the call has failed or was rejected', async () => {
    const { breaker } = closedBreaker()
    const errors: unknown[] = []
    const fallback = (error: unknown) => {
      errors.push(error)
      return 'cached'
    }
    const wrapped = breaker.wrap(
      (): number => {
        throw down
      },
      { fallback },
    )
    expectTypeOf(wrapped).returns.toEqualTypeOf<Promise<number | string>>()
    expect([await wrapped(), await wrapped()]).toEqual(['cached', 'cached'])
    expect(errors).toMatchObject([down, { code: 'ECIRCUITOPEN' }])
  })

  test.each([null, 5, { fallback: 5 }, { signal: new AbortController().signal }, () => 1])(
    'throws a TypeError for the options %s',
    (options) => {
      expect(() => closedBreaker().breaker.wrap(() => 1, options as never)).toThrow(TypeError)
    },
  )
})

test('wrap keeps other properties of the function', () => {
  const fetchAll = Object.assign(async (page: number) => page, { limit: 5 })
  const wrapped = closedBreaker().breaker.wrap(fetchAll)
  expect([wrapped.limit, wrapped.name, wrapped.length]).toEqual([5, fetchAll.name, 1])
})

test.each([
  ['a function', function named(this: unknown, _a: unknown) {}],
  [
    'a class method',
    class {
      async find(_id: number) {}
    }.prototype.find,
  ],
  ['a bound function', (async (_a: number) => {}).bind(null)],
])('wrap takes %s', (_, fn) => {
  const wrapped = closedBreaker().breaker.wrap(fn as () => Promise<void>)
  expect([wrapped.name, wrapped.length]).toEqual([fn.name, fn.length])
})
