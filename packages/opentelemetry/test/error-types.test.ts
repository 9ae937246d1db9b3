import { freePort } from '@cb/test-kit'
import { diag } from '@opentelemetry/api'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Diagnostics } from '../src/diagnostics.ts'
import { ErrorTypes } from '../src/error-types.ts'

class PaymentDeclined extends Error {}

test.each([
  ['a code', Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['a number as code, as of gRPC', Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }), '14'],
  ['a number as code that is no integer', Object.assign(new TypeError(), { code: Number.NaN }), 'TypeError'],
  ['an empty code', Object.assign(new TypeError(), { code: '' }), 'TypeError'],
  ['a name', new DOMException('slow', 'TimeoutError'), 'TimeoutError'],
  ['a class that does not set name', new PaymentDeclined(), 'PaymentDeclined'],
  ['a plain error', new Error('card 4111 1111 1111 1111'), 'Error'],
  ['a thrown string', 'card 4111 1111 1111 1111', '_OTHER'],
  ['undefined', undefined, '_OTHER'],
  ['a code with spaces and quotes', { code: 'no such user: "eve"\n' }, 'no_such_user:__eve__'],
  ['a cause with a code', new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
  ['a code and a cause with another', { code: 'OUTER', cause: { code: 'INNER' } }, 'OUTER'],
  ['a cause of a cause with a code', new Error('', { cause: { cause: { code: 'EPIPE' } } }), 'EPIPE'],
  ['causes without a code', new TypeError('', { cause: new RangeError() }), 'TypeError'],
  ['causes in a circle', circular(), 'SyntaxError'],
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
  expect(new ErrorTypes(new Diagnostics()).of(error)).toBe(type)
})

function circular(): Error {
  const error = new SyntaxError()
  error.cause = error
  return error
}

test.each([
  ['nobody listens', 'http://127.0.0.1', 'ECONNREFUSED'],
  ['the host is unknown', 'http://no-such-host.invalid', 'ENOTFOUND'],
])('a fetch that fails because %s has the error.type of the connection', async (_, url, type) => {
  const failed = await fetch(`${url}:${await freePort()}`).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(TypeError)
  expect(new ErrorTypes(new Diagnostics()).of(failed)).toBe(type)
})

test('there are at most fifty error types, the first ones, and one for all others, with a warning', () => {
  const warn = vi.fn()
  diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} })
  onTestFinished(() => diag.disable())
  warn.mockClear()
  const types = new ErrorTypes(new Diagnostics())
  const seen = Array.from({ length: 200 }, (_, n) => types.of({ code: `E${n}` }))
  expect(new Set(seen).size).toBe(51)
  expect(types.of({ code: 'E49' })).toBe('E49')
  expect(types.of({ code: 'E50' })).toBe('_OTHER')
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/more than 50 error types; further ones are _OTHER \(logged once\)/)],
  ])
})
