import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { HttpStatusError } from '../src/index.ts'

const noHeader = () => null

test('it has the status of the response, and how long the server asks to wait', () => {
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

test('instanceof holds for the class of another copy of the package', async () => {
  vi.resetModules()
  const other = await import('../src/http-status-error.ts')
  const error = new HttpStatusError(500, noHeader)
  expect(other.HttpStatusError).not.toBe(HttpStatusError)
  expect(error instanceof other.HttpStatusError).toBe(true)
  expect(new other.HttpStatusError(500, noHeader) instanceof HttpStatusError).toBe(true)
})

test.each([null, undefined, 503, 'HttpStatusError', new Error('the server answered 503'), { status: 503 }])(
  'instanceof is false for %s',
  (value) => {
    expect((value as unknown) instanceof HttpStatusError).toBe(false)
  },
)

test('instanceof is false for a proxy that throws', () => {
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

test('the mark by which it is recognised does not appear when it is logged', () => {
  const error = new HttpStatusError(500, noHeader)
  expect(inspect(error)).not.toContain('@cb')
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'HttpStatusError', code: 'HTTP_500', status: 500 })
})
