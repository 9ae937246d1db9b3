import { CallTimeoutError, CircuitBreaker } from '@cb/core'
import { describe, expect, test } from 'vitest'
import { outcomeOfError, outcomeOfStatus } from '../src/index.ts'

test.each([100, 101, 200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 407, 409, 410, 422, 426, 428, 451])(
  'status %i is a success',
  (status) => {
    expect(outcomeOfStatus(status)).toBe('success')
  },
)

test.each([408, 425, 429, 500, 501, 502, 503, 504, 507, 511, 520, 599])('status %i is a failure', (status) => {
  expect(outcomeOfStatus(status)).toBe('failure')
})

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })

/** The error of fetch in Node.js. */
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause })

const rejected = async () => {
  const breaker = new CircuitBreaker({ name: 'inner' })
  breaker.forceOpen()
  return breaker.execute(() => {}).catch((error: unknown) => error)
}

describe('a failure is', () => {
  test.each<[string, unknown]>([
    ['a refused connection', coded('ECONNREFUSED')],
    ['a refused connection to every address', new AggregateError([coded('ECONNREFUSED')])],
    ['a reset connection', coded('ECONNRESET')],
    ['an unknown host', coded('ENOTFOUND')],
    ['a resolver that does not respond', coded('EAI_AGAIN')],
    ['a network that is down', coded('ENETUNREACH')],
    ['an expired certificate', coded('CERT_HAS_EXPIRED')],
    ['a broken TLS record', coded('ERR_SSL_WRONG_VERSION_NUMBER')],
    ['a response that the parser rejects', coded('HPE_INVALID_CONSTANT')],
    ['a timeout of a socket', coded('ETIMEDOUT')],
    ['a timeout of undici for headers', fetchFailed(coded('UND_ERR_HEADERS_TIMEOUT'))],
    ['a timeout of undici for a connection', fetchFailed(coded('UND_ERR_CONNECT_TIMEOUT'))],
    ['a socket that undici lost', fetchFailed(coded('UND_ERR_SOCKET'))],
    ['a body that broke off', new TypeError('terminated', { cause: coded('UND_ERR_SOCKET') })],
    ['a call timeout', new CallTimeoutError('x', 5)],
    ['AbortSignal.timeout', new DOMException('too late', 'TimeoutError')],
    ['the network error of Chromium', new TypeError('Failed to fetch')],
    ['the network error of Firefox', new TypeError('NetworkError when attempting to fetch resource.')],
    ['the network error of Safari', new TypeError('Load failed')],
    ['the network error of Bun', coded('ConnectionRefused')],
    [
      'a failure that p-retry does not retry',
      Object.assign(new Error('x'), { name: 'AbortError', originalError: new Error('boom') }),
    ],
    ['any other error', new Error('boom')],
    ['no error', undefined],
    ['null', null],
    ['a string', 'boom'],
  ])('%s', (_what, error) => {
    expect(outcomeOfError(error)).toBe('failure')
  })

  test('an error that is its own cause', () => {
    const error = new Error('x')
    error.cause = error
    expect(outcomeOfError(error)).toBe('failure')
  })

  test.each([
    ['a timeout', new DOMException('too late', 'TimeoutError')],
    ["another breaker's call timeout", new CallTimeoutError('outer', 5)],
  ])("the caller's signal, aborted by %s", (_what, reason) => {
    const signal = AbortSignal.abort(reason)
    expect(outcomeOfError(reason, signal)).toBe('failure')
    expect(outcomeOfError(new DOMException('aborted', 'AbortError'), signal)).toBe('failure')
    expect(outcomeOfError(coded('ERR_CANCELED'), signal)).toBe('failure')
    expect(outcomeOfError(new Error('wrapped', { cause: new DOMException('aborted', 'AbortError') }), signal)).toBe(
      'failure',
    )
  })

  test("a failure before the caller's signal was aborted", () => {
    expect(outcomeOfError(coded('ECONNRESET'), AbortSignal.abort())).toBe('failure')
  })
})

describe('ignored is', () => {
  test.each<[string, unknown]>([
    ['an invalid URL', coded('ERR_INVALID_URL')],
    ['an invalid URL for fetch', new TypeError('Failed to parse URL from x', { cause: coded('ERR_INVALID_URL') })],
    ['a stream that has been read', new TypeError('Response body object should not be disturbed or locked')],
    ['a fake of nock that a test has forgotten', coded('ERR_NOCK_NO_MATCH')],
    ['no file descriptor left', fetchFailed(coded('EMFILE'))],
    ['a bad method in Firefox', new TypeError('Window.fetch: a b is not a valid HTTP method.')],
    ['an endless redirect in Deno', new TypeError('Fetch failed: Maximum number of redirects (20) reached')],
    ['a body that has already been read', new TypeError('Body is unusable: Body has already been read')],
    ['a bad header in Chromium', new TypeError("Failed to execute 'fetch' on 'Window': Invalid name")],
    ['a scheme that fetch does not know', fetchFailed(new Error('unknown scheme'))],
    ['too many redirects', fetchFailed(new Error('redirect count exceeded'))],
    ['too many redirects for Bun', coded('TooManyRedirects')],
    ['a redirect that the caller forbids', fetchFailed(new Error('unexpected redirect'))],
    ['a response above the size limit of undici', fetchFailed(coded('UND_ERR_RES_EXCEEDED_MAX_SIZE'))],
    ['a client that was closed', coded('UND_ERR_CLOSED')],
    ['an abort', new DOMException('aborted', 'AbortError')],
    ['a cancellation of axios', coded('ERR_CANCELED')],
    ['a browser that leaves the page', coded('ECONNABORTED', 'Request aborted')],
    ['the rejection of a rate limiter', { msBeforeNext: 5, remainingPoints: 0 }],
    ['the rejection of opossum', fetchFailed(coded('EOPENBREAKER'))],
  ])('%s', (_what, error) => {
    expect(outcomeOfError(error)).toBe('ignored')
  })

  test('the rejection of another breaker, at any depth', async () => {
    const rejection = await rejected()
    expect(outcomeOfError(rejection)).toBe('ignored')
    expect(outcomeOfError(fetchFailed(new Error('x', { cause: rejection })))).toBe('ignored')
  })

  test.each([undefined, new Error('the user left'), 'the user left', { why: 'left' }])(
    "the reason %s of the caller's signal",
    (given) => {
      const signal = AbortSignal.abort(given)
      expect(outcomeOfError(signal.reason, signal)).toBe('ignored')
    },
  )

  test.each<[string, unknown]>([
    ['a string', 'x'],
    ['an object', {}],
    [
      'an AbortSignal that throws',
      Object.assign(new AbortController().signal, {
        addEventListener() {
          throw new Error('broken')
        },
      }),
    ],
  ])('any error where the signal of the caller is %s, which no library takes', (_what, signal) => {
    expect(outcomeOfError(new Error('x'), signal as AbortSignal)).toBe('ignored')
  })

  test("the reason of the caller's signal, wrapped", () => {
    const signal = AbortSignal.abort(new Error('the user left'))
    expect(outcomeOfError(fetchFailed(signal.reason), signal)).toBe('ignored')
  })
})
