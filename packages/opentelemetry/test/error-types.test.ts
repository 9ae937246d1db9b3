import { expect, test } from 'vitest'
import { ErrorTypes } from '../src/error-types.ts'

class PaymentDeclined extends Error {}

test.each([
  ['a code', Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['a number as code', Object.assign(new TypeError(), { code: 14 }), 'TypeError'],
  ['an empty code', Object.assign(new TypeError(), { code: '' }), 'TypeError'],
  ['a name', new DOMException('slow', 'TimeoutError'), 'TimeoutError'],
  ['a class that does not set name', new PaymentDeclined(), 'PaymentDeclined'],
  ['a plain error', new Error('card 4111 1111 1111 1111'), 'Error'],
  ['a thrown string', 'card 4111 1111 1111 1111', '_OTHER'],
  ['undefined', undefined, '_OTHER'],
  ['a code with spaces and quotes', { code: 'no such user: "eve"\n' }, 'no_such_user:__eve__'],
  ['a very long code', { code: 'E'.repeat(1_000) }, 'E'.repeat(64)],
  [
    'an error whose getters throw',
    Object.defineProperty({}, 'code', {
      get: () => {
        throw new Error()
      },
    }),
    '_OTHER',
  ],
])('%s has the expected error.type', (_, error, type) => {
  expect(new ErrorTypes().of(error)).toBe(type)
})

test('there are at most fifty error types, the first ones, and one for all others', () => {
  const types = new ErrorTypes()
  const seen = Array.from({ length: 200 }, (_, n) => types.of({ code: `E${n}` }))
  expect(new Set(seen).size).toBe(51)
  expect(types.of({ code: 'E49' })).toBe('E49')
  expect(types.of({ code: 'E50' })).toBe('_OTHER')
})
