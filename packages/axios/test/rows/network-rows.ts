import { Agent } from 'node:http'
import { refusedOrigin, withoutCertificate } from '@cb/test-kit'
import { get, type Row } from './row.ts'

/** What the network and the server do. */
export const networkRows: readonly Row[] = [
  { what: 'a redirect that is followed', outcome: 'success', request: get('/elsewhere') },
  {
    what: 'a redirect that is not followed',
    outcome: 'success',
    request: get('/elsewhere', { maxRedirects: 0 }),
    only: 'http',
  },
  { what: 'an answer that comes byte by byte', outcome: 'success', request: get('/drip') },
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
    what: 'a host without an address',
    outcome: 'failure',
    request: (instance) => instance.get('http://no-such-host.invalid'),
  },
  {
    what: 'https from a server that speaks none',
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
  { what: 'an answer that is no HTTP', outcome: 'failure', request: get('/no-http') },
  { what: 'an answer with broken headers', outcome: 'failure', request: get('/broken-headers') },
  { what: 'an answer with two lengths', outcome: 'failure', request: get('/two-lengths') },
  { what: 'an answer with an endless header', outcome: 'failure', request: get('/long-header') },
  { what: 'an answer with a broken body', outcome: 'failure', request: get('/broken-chunks') },
  {
    what: "an error that can't be read",
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
