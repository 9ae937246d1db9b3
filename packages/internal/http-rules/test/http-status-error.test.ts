import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { HttpStatusError } from '../src/index.ts'

const noHeader = () => null

test('it says which status it was, and what the answer asked for', () => {
  const error = new HttpStatusError(503, (name) => (name === 'retry-after' ? '7' : null), 'why')
  expect(error).toMatchObject({
    name: 'HttpStatusError',
    message: 'the server answered 503',
    code: 'HTTP_503',
    status: 503,
    retryAfterMs: 7_000,
    cause: 'why',
  })
})

test('it is an instance of the class of another copy of the package', async () => {
  vi.resetModules()
  const other = await import('../src/http-status-error.ts')
  const error = new HttpStatusError(500, noHeader)
  expect(other.HttpStatusError).not.toBe(HttpStatusError)
  expect(error instanceof other.HttpStatusError).toBe(true)
  expect(new other.HttpStatusError(500, noHeader) instanceof HttpStatusError).toBe(true)
})

test.each([null, undefined, 503, 'HttpStatusError', new Error('the server answered 503'), { status: 503 }])(
  '%s is none',
  (value) => {
    expect((value as unknown) instanceof HttpStatusError).toBe(false)
  },
)

test('a proxy that throws is none', () => {
  const proxy = new Proxy(
    {},
    {
      has() {
        throw new Error('no')
      },
    },
  )
  expect(proxy instanceof HttpStatusError).toBe(false)
})

test('how it is recognised does not show', () => {
  const error = new HttpStatusError(500, noHeader)
  expect(inspect(error)).not.toContain('@cb')
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'HttpStatusError', code: 'HTTP_500', status: 500 })
})
