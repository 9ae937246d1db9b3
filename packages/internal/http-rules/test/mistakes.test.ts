import { describe, expect, test } from 'vitest'
import { isRejectedByPlatform } from '../src/index.ts'

describe('the platform rejects', () => {
  test.each<[string, string, object]>([
    ['a value that is not Latin-1', 'http://a.example', { headers: { 'x-user': 'Иван' } }],
    ['a header name', 'http://a.example', { headers: { 'a b': 'x' } }],
    ['a method', 'http://a.example', { method: 'a b' }],
    ['a body for GET', 'http://a.example', { body: 'x' }],
    ['a mode', 'http://a.example', { mode: 'navigate' }],
    ['credentials in the URL', 'http://me:secret@a.example', {}],
    ['an invalid URL', 'http://[', {}],
  ])('%s, with a TypeError', (_what, url, init) => {
    expect(isRejectedByPlatform(new TypeError('invalid argument'), url, init)).toBe(true)
    expect(isRejectedByPlatform(new Error('wrapped', { cause: new TypeError('invalid') }), url, init)).toBe(true)
  })

  test('what the caller throws while his arguments are read', () => {
    const init = {
      get headers() {
        throw new RangeError('mine')
      },
    }
    expect(isRejectedByPlatform(new RangeError('mine'), 'http://a.example', init)).toBe(true)
  })
})

describe('an error is not about an argument', () => {
  const network = new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })

  test('if the platform takes the arguments', () => {
    expect(isRejectedByPlatform(new TypeError('Failed to fetch'), 'http://a.example', { method: 'PUT' })).toBe(false)
  })

  test.each([network, new Error('down'), undefined])(
    'if it is %o, although another fetch than that of the platform was called with what the platform rejects',
    (error) => {
      expect(isRejectedByPlatform(error, 'http://me:secret@a.example', {})).toBe(false)
      expect(isRejectedByPlatform(error, '/relative', {})).toBe(false)
    },
  )
})
