import { CallTimeoutError } from '@cb/core'
import { get, type Row } from './row.ts'

/** Attempts that take too long. */
export const timeRows: readonly Row[] = [
  {
    what: 'headers that never arrive, with a call timeout',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/hang', { circuitBreaker: { callTimeout: 30 } }),
  },
  {
    what: 'a body that never arrives, with a call timeout',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/stall/200', { circuitBreaker: { callTimeout: 30 } }),
  },
  {
    what: 'a body that never arrives, with the timeout of axios',
    outcome: 'failure',
    request: get('/stall/200', { timeout: 30 }),
  },
  {
    what: 'a timeout of axios',
    outcome: 'failure',
    code: 'ECONNABORTED',
    request: get('/hang', { timeout: 30 }),
    only: 'http',
  },
  {
    what: 'a timeout of the fetch adapter',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/hang', { timeout: 30 }),
    only: 'fetch',
  },
  {
    what: 'a timeout of axios with clarifyTimeoutError',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/hang', { timeout: 30, transitional: { clarifyTimeoutError: true } }),
  },
  {
    what: 'a signal made by AbortSignal.timeout',
    outcome: 'failure',
    code: 'ERR_CANCELED',
    request: (instance, { origin }) => instance.get(`${origin}/hang`, { signal: AbortSignal.timeout(30) }),
  },
  {
    what: 'the call timeout of a breaker around the request',
    outcome: 'failure',
    code: 'ERR_CANCELED',
    request: (instance, { origin }) => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new CallTimeoutError('outer', 30)), 30)
      return instance.get(`${origin}/hang`, { signal: controller.signal })
    },
  },
]
