import { Readable } from 'node:stream'
import { CallTimeoutError, CircuitBreaker, type Outcome } from '@cb/core'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { refusedOrigin } from './dependency.ts'

type Request = (instance: AxiosInstance, origin: string, axios: AxiosStatic) => Promise<AxiosResponse>

export interface Row {
  readonly what: string
  readonly outcome: Outcome
  /** What the breaker is told; undefined for nothing. */
  readonly code?: string
  readonly request: Request
  readonly only?: 'http' | 'fetch'
}

const get =
  (path: string, config?: AxiosRequestConfig): Request =>
  (instance, origin) =>
    instance.get(origin + path, config)

const statuses: readonly Row[] = [
  ...[200, 201, 204, 400, 401, 403, 404, 409, 422].map((status) => ({ status, outcome: 'success' as const })),
  ...[408, 425, 429, 500, 501, 502, 503, 504, 599].map((status) => ({ status, outcome: 'failure' as const })),
].flatMap(({ status, outcome }) => {
  const code = outcome === 'failure' ? { code: `HTTP_${status}` } : {}
  return [
    { what: `status ${status}`, outcome, ...code, request: get(`/status/${status}`) },
    {
      what: `status ${status} that validateStatus lets resolve`,
      outcome,
      ...code,
      request: get(`/status/${status}`, { validateStatus: () => true }),
    },
    {
      what: `status ${status} that validateStatus refuses`,
      outcome,
      ...code,
      request: get(`/status/${status}`, { validateStatus: () => false }),
    },
  ]
})

/** One row of the table, or several that must come out alike, with a request that leads there. */
export const outcomeRows: readonly Row[] = [
  ...statuses,
  { what: 'a redirect that is followed', outcome: 'success', request: get('/elsewhere') },
  {
    what: 'a redirect that is not followed',
    outcome: 'success',
    request: get('/elsewhere', { maxRedirects: 0 }),
    only: 'http',
  },
  {
    what: 'a refused connection',
    outcome: 'failure',
    request: async (instance) => instance.get(await refusedOrigin()),
  },
  {
    what: 'a host without an address',
    outcome: 'failure',
    request: (instance) => instance.get('http://no-such-host.invalid'),
  },
  { what: 'a connection reset before the headers', outcome: 'failure', request: get('/reset') },
  { what: 'a body cut off after the headers', outcome: 'failure', request: get('/cut/200') },
  { what: 'a body cut off after the headers of a 404', outcome: 'failure', request: get('/cut/404') },
  { what: "a compressed body that can't be read", outcome: 'failure', request: get('/broken-gzip') },
  {
    what: 'a time-out of axios',
    outcome: 'failure',
    code: 'ECONNABORTED',
    request: get('/hang', { timeout: 30 }),
    only: 'http',
  },
  {
    what: 'a time-out of the fetch adapter',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/hang', { timeout: 30 }),
    only: 'fetch',
  },
  {
    what: 'a time-out of axios with clarifyTimeoutError',
    outcome: 'failure',
    code: 'ETIMEDOUT',
    request: get('/hang', { timeout: 30, transitional: { clarifyTimeoutError: true } }),
  },
  {
    what: 'a signal made by AbortSignal.timeout',
    outcome: 'failure',
    code: 'ERR_CANCELED',
    request: (instance, origin) => instance.get(`${origin}/hang`, { signal: AbortSignal.timeout(30) }),
  },
  {
    what: 'the call timeout of a breaker around the request',
    outcome: 'failure',
    code: 'ERR_CANCELED',
    request: (instance, origin) => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new CallTimeoutError('outer', 30)), 30)
      return instance.get(`${origin}/hang`, { signal: controller.signal })
    },
  },
  {
    what: "the caller's AbortController",
    outcome: 'ignored',
    code: 'ERR_CANCELED',
    request: (instance, origin) => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 30)
      return instance.get(`${origin}/hang`, { signal: controller.signal })
    },
  },
  {
    what: "the caller's CancelToken",
    outcome: 'ignored',
    code: 'ERR_CANCELED',
    request: (instance, origin, axios) => {
      const source = axios.CancelToken.source()
      setTimeout(() => source.cancel('no longer needed'), 30)
      return instance.get(`${origin}/hang`, { cancelToken: source.token })
    },
  },
  {
    what: 'a URL that is none',
    outcome: 'ignored',
    request: (instance) => instance.get('http://['),
  },
  {
    what: 'an unsupported protocol',
    outcome: 'ignored',
    request: (instance) => instance.get('gopher://127.0.0.1/'),
  },
  { what: 'an endless redirect', outcome: 'ignored', request: get('/loop') },
  {
    what: 'a redirect that the caller forbids',
    outcome: 'ignored',
    request: get('/elsewhere', {
      beforeRedirect: () => {
        throw new Error('not there')
      },
    }),
    only: 'http',
  },
  {
    what: 'an answer above maxContentLength',
    outcome: 'ignored',
    request: get('/status/200', { maxContentLength: 3 }),
    only: 'http',
  },
  {
    what: 'a request above maxBodyLength',
    outcome: 'ignored',
    request: (instance, origin) => instance.post(origin, 'too long', { maxBodyLength: 3 }),
    only: 'http',
  },
  {
    what: 'an upload whose own stream fails',
    outcome: 'ignored',
    request: (instance, origin) => {
      const body = new Readable({
        read() {
          this.destroy(Object.assign(new Error('the disk is gone'), { code: 'EIO' }))
        },
      })
      return instance.post(`${origin}/`, body, { maxRedirects: 0 })
    },
    only: 'http',
  },
  {
    what: 'the rejection of another breaker',
    outcome: 'ignored',
    code: 'ECIRCUITOPEN',
    request: (instance, origin) => {
      const inner = new CircuitBreaker({ name: 'inner' })
      inner.forceOpen()
      return instance.get(origin, { adapter: () => inner.execute(() => Promise.reject(new Error('unreachable'))) })
    },
  },
  {
    what: 'a browser that leaves the page',
    outcome: 'ignored',
    code: 'ECONNABORTED',
    request: (instance, origin, axios) =>
      instance.get(origin, { adapter: () => Promise.reject(new axios.AxiosError('Request aborted', 'ECONNABORTED')) }),
  },
  {
    what: "an error that can't be read",
    outcome: 'failure',
    request: (instance, origin) => {
      const error = Object.defineProperty(new Error('unreadable'), 'code', {
        get: () => {
          throw new Error('no code')
        },
      })
      return instance.get(origin, { adapter: () => Promise.reject(error) })
    },
  },
]
