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
})
