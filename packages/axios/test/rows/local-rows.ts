import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { CircuitBreaker } from '@cb/core'
import type { Dependency } from '@cb/test-kit'
import type { AxiosInstance } from 'axios'
import FormData from 'form-data'
import { get, type Row } from './row.ts'

const fail = (): never => {
  throw new RangeError('mine')
}

const failingBody = () =>
  new Readable({
    read() {
      this.destroy(Object.assign(new Error('the disk is gone'), { code: 'EIO' }))
    },
  })

/** Attempts that end on the client's side. */
export const localRows: readonly Row[] = [
  {
    what: 'an invalid method',
    outcome: 'ignored',
    request: (instance, { origin }) => instance.request({ url: origin, method: 'a b' }),
  },
  {
    what: 'a parameter serializer that throws',
    outcome: 'ignored',
    request: get('/', { params: { a: 1 }, paramsSerializer: { serialize: fail } }),
  },
  ...[undefined, 60_000].flatMap((callTimeout) => {
    const circuitBreaker = callTimeout === undefined ? {} : { callTimeout }
    const limit = callTimeout === undefined ? 'without a call timeout' : 'with a call timeout'
    return [
      {
        what: `a signal that is a string, ${limit}`,
        outcome: 'ignored' as const,
        request: get('/', { signal: 'x' as never, circuitBreaker }),
        hangsIn: '1.5.0',
      },
      {
        what: `a signal that throws when it is listened to, ${limit}`,
        outcome: 'ignored' as const,
        request: get('/', { signal: { aborted: false, addEventListener: fail }, circuitBreaker }),
        hangsIn: '1.5.0',
      },
    ]
  }),
  ...[5, 0].map((maxRedirects) => ({
    what: `a form to upload of a file that does not exist, with maxRedirects ${maxRedirects}`,
    outcome: 'ignored' as const,
    code: 'ENOENT',
    request: (instance: AxiosInstance, { origin }: Dependency) => {
      const form = new FormData()
      form.append('file', createReadStream(new URL('no-such-file', import.meta.url)), { knownLength: 5 })
      return instance.post(`${origin}/echo`, form, { maxRedirects }) // which reads it to its end before it answers
    },
    only: 'http' as const,
  })),
  {
    what: 'an upload through fetch whose stream of Node.js fails',
    outcome: 'ignored',
    request: (instance, { origin }) => instance.post(`${origin}/`, failingBody()),
    only: 'fetch',
  },
  {
    what: 'an upload through fetch whose web stream fails',
    outcome: 'ignored',
    request: (instance, { origin }) =>
      instance.post(`${origin}/`, new ReadableStream({ pull: () => Promise.reject(new Error('the disk is gone')) })),
    only: 'fetch',
  },
  {
    what: 'an AbortController of the caller',
    outcome: 'ignored',
    code: 'ERR_CANCELED',
    request: (instance, { origin }) => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 30)
      return instance.get(`${origin}/hang`, { signal: controller.signal })
    },
  },
  {
    what: 'a CancelToken of the caller',
    outcome: 'ignored',
    code: 'ERR_CANCELED',
    request: (instance, { origin }, axios) => {
      const source = axios.CancelToken.source()
      setTimeout(() => source.cancel('no longer needed'), 30)
      return instance.get(`${origin}/hang`, { cancelToken: source.token })
    },
  },
  {
    what: 'an invalid URL',
    outcome: 'ignored',
    request: (instance) => instance.get('http://['),
  },
  {
    what: 'an unsupported protocol',
    outcome: 'ignored',
    request: (instance) => instance.get('gopher://127.0.0.1/'),
  },
  { what: 'an endless redirect', outcome: 'ignored', request: get('/loop') },
  { what: 'a redirect with an invalid target', outcome: 'ignored', request: get('/nowhere') },
  {
    what: 'no file descriptor left for a connection',
    outcome: 'ignored',
    code: 'EMFILE',
    request: (instance, { origin }, { AxiosError }) =>
      instance.get(origin, {
        adapter: () => Promise.reject(AxiosError.from(Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }))),
      }),
  },
  {
    what: 'an invalid header',
    outcome: 'ignored',
    request: (instance, { origin }) => instance.get(origin, { headers: { 'no header': 'x' } }),
  },
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
    what: 'a response above maxContentLength',
    outcome: 'ignored',
    request: get('/status/200', { maxContentLength: 3 }),
    only: 'http',
  },
  {
    what: 'a request above maxBodyLength',
    outcome: 'ignored',
    request: (instance, { origin }) => instance.post(origin, 'too long', { maxBodyLength: 3 }),
    only: 'http',
  },
  {
    what: 'an upload whose own stream fails',
    outcome: 'ignored',
    request: (instance, { origin }) => instance.post(`${origin}/`, failingBody(), { maxRedirects: 0 }),
    only: 'http',
  },
  {
    what: 'the rejection by another breaker',
    outcome: 'ignored',
    code: 'ECIRCUITOPEN',
    request: (instance, { origin }) => {
      const inner = new CircuitBreaker({ name: 'inner' })
      inner.forceOpen()
      return instance.get(origin, { adapter: () => inner.execute(() => Promise.reject(new Error('unreachable'))) })
    },
  },
  {
    what: 'a browser that leaves the page',
    outcome: 'ignored',
    code: 'ECONNABORTED',
    request: (instance, { origin }, axios) =>
      instance.get(origin, { adapter: () => Promise.reject(new axios.AxiosError('Request aborted', 'ECONNABORTED')) }),
  },
]
