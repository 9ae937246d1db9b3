import { createReadStream } from 'node:fs'
import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { type Dependency, refusedOrigin, withoutCertificate } from '@cb/test-kit'
import type { AxiosInstance } from 'axios'
import FormData from 'form-data'
import { get, type Row } from './row.ts'

const endless = () => {
  const body = new Readable({ read() {} })
  body.push('x')
  return body
}

/** Attempts that the network or the server ends. */
export const networkRows: readonly Row[] = [
  { what: 'a redirect that is followed', outcome: 'success', request: get('/elsewhere') },
  {
    what: 'a redirect that is not followed',
    outcome: 'success',
    request: get('/elsewhere', { maxRedirects: 0 }),
    only: 'http',
  },
  { what: 'a response that arrives byte by byte', outcome: 'success', request: get('/drip') },
  {
    what: 'a request on a connection that the server closed while it was idle',
    outcome: 'success',
    request: async (instance, { origin, closeIdle }) => {
      const httpAgent = new Agent({ keepAlive: true })
      await instance.get(`${origin}/`, { httpAgent, circuitBreaker: false })
      closeIdle()
      await new Promise((resolve) => setTimeout(resolve, 20))
      return instance.get(`${origin}/`, { httpAgent })
    },
  },
  {
    what: 'a refused connection',
    outcome: 'failure',
    request: async (instance) => instance.get(await refusedOrigin()),
  },
  {
    what: 'a refused connection for a stream to upload',
    outcome: 'failure',
    request: async (instance) => instance.post(await refusedOrigin(), Readable.from(['x'])),
  },
  {
    what: 'a refused connection for a form to upload',
    outcome: 'failure',
    request: async (instance) => {
      const form = new FormData()
      form.append('file', createReadStream(new URL(import.meta.url)))
      return instance.post(await refusedOrigin(), form)
    },
    only: 'http',
  },
  ...[5, 0].map((maxRedirects) => ({
    what: `a connection reset while a stream is uploaded, with maxRedirects ${maxRedirects}`,
    outcome: 'failure' as const,
    request: (instance: AxiosInstance, { origin }: Dependency) =>
      instance.post(`${origin}/reset`, endless(), { maxRedirects }),
  })),
  {
    what: 'an unknown host',
    outcome: 'failure',
    request: (instance) => instance.get('http://no-such-host.invalid'),
  },
  {
    what: 'https to a server without TLS',
    outcome: 'failure',
    request: (instance, { origin }) => instance.get(origin.replace('http:', 'https:')),
  },
  {
    what: 'a TLS handshake that fails',
    outcome: 'failure',
    request: async (instance) => {
      await using server = await withoutCertificate()
      return await instance.get(server.origin)
    },
  },
  { what: 'a connection reset before the headers', outcome: 'failure', request: get('/reset') },
  { what: 'a connection closed before the headers', outcome: 'failure', request: get('/gone') },
  { what: 'a body cut off after the headers', outcome: 'failure', request: get('/cut/200') },
  { what: 'a body cut off after the headers of a 404', outcome: 'failure', request: get('/cut/404') },
  { what: 'a body of unknown length cut off', outcome: 'failure', request: get('/cut-chunks') },
  { what: "a compressed body that can't be read", outcome: 'failure', request: get('/broken-gzip') },
  { what: "a body in brotli that can't be read", outcome: 'failure', request: get('/broken-br') },
  { what: 'a response that is not HTTP', outcome: 'failure', request: get('/no-http') },
  { what: 'a response with broken headers', outcome: 'failure', request: get('/broken-headers') },
  { what: 'a response with two Content-Length headers', outcome: 'failure', request: get('/two-lengths') },
  { what: 'a response with an endless header', outcome: 'failure', request: get('/long-header') },
  { what: 'a response with a broken body', outcome: 'failure', request: get('/broken-chunks') },
  {
    what: 'an error whose getters throw',
    outcome: 'failure',
    request: (instance, { origin }) => {
      const error = Object.defineProperty(new Error('unreadable'), 'code', {
        get: () => {
          throw new Error('no code')
        },
      })
      return instance.get(origin, { adapter: () => Promise.reject(error) })
    },
  },
]
