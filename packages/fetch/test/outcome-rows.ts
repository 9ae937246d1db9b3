import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CallTimeoutError, CircuitBreaker, type Outcome } from '@cb/core'
import { refusedOrigin } from '@cb/test-kit'
import type { Protectable } from '../src/index.ts'

type Fetch = (input: string, init?: RequestInit & Protectable) => Promise<Response>

export interface Row {
  readonly what: string
  readonly outcome: Outcome
  /** The code of the error that the breaker gets, or of its cause. */
  readonly code?: string
  /** Makes the request and reads its response. */
  readonly request: (fetch: Fetch, origin: string) => Promise<unknown>
}

const get =
  (path: string, init?: () => RequestInit & Protectable): Row['request'] =>
  (fetch, origin) =>
    fetch(origin + path, init?.()).then((response) => response.text())

/** An upload that the service does not read. */
const post = (body: unknown) => get('/', () => ({ method: 'POST', body: body as never, duplex: 'half' }) as RequestInit)

const soon = (reason?: unknown): AbortSignal => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 30)
  return controller.signal
}

/** Kept, because Node.js 20 collects a timeout that only `AbortSignal.any` refers to, and then it never fires. */
const kept: AbortSignal[] = []
const timedOut = (ms = 30): AbortSignal => {
  const signal = AbortSignal.timeout(ms)
  kept.push(signal)
  return signal
}

const disk = Object.assign(new Error('the disk is gone'), { code: 'EIO' })

const fail = (): never => {
  throw new RangeError('mine')
}

const unreadable = (name: string) => Object.defineProperty(new Response('hello'), name, { get: fail })

async function* uploading() {
  yield new TextEncoder().encode('hello')
}

async function* failing() {
  yield new TextEncoder().encode('hello')
  throw disk
}

/** A request for each row of the table. */
export const outcomeRows: readonly Row[] = [
  ...[200, 201, 204, 304, 400, 401, 403, 404, 409, 422].map((status) => ({
    what: `status ${status}`,
    outcome: 'success' as const,
    request: get(`/status/${status}`),
  })),
  ...[408, 425, 429, 500, 501, 502, 503, 504, 599].map((status) => ({
    what: `status ${status}`,
    outcome: 'failure' as const,
    code: `HTTP_${status}`,
    request: get(`/status/${status}`),
  })),
  { what: 'a redirect that is followed', outcome: 'success', request: get('/elsewhere') },
  { what: 'a manual redirect', outcome: 'success', request: get('/elsewhere', () => ({ redirect: 'manual' })) },
  { what: 'a response byte by byte', outcome: 'success', request: get('/drip') },
  { what: 'a response after which the connection closes', outcome: 'success', request: get('/close-idle') },
  {
    what: 'a data URL',
    outcome: 'success',
    request: (fetch) => fetch('data:text/plain,hello').then((it) => it.text()),
  },

  {
    what: 'a refused connection',
    outcome: 'failure',
    code: 'ECONNREFUSED',
    request: async (fetch) => fetch(await refusedOrigin()),
  },
  ...(
    [
      ['a stream', () => new Blob(['x']).stream()],
      ['a stream of Node.js', () => Readable.from(['x'])],
      ['an async iterable', uploading],
    ] as const
  ).flatMap(([what, body]) => [
    {
      what: `a refused connection for ${what} to upload`,
      outcome: 'failure' as const,
      code: 'ECONNREFUSED',
      request: async (fetch: Fetch) =>
        fetch(await refusedOrigin(), { method: 'POST', duplex: 'half', body: body() } as object),
    },
    {
      what: `a connection reset while ${what} is uploaded`,
      outcome: 'failure' as const,
      request: async (fetch: Fetch, origin: string) =>
        fetch(`${origin}/reset`, { method: 'POST', duplex: 'half', body: body() } as object),
    },
  ]),
  {
    what: 'an unknown host',
    outcome: 'failure',
    code: 'ENOTFOUND',
    request: (fetch) => fetch('http://no-such-host.invalid'),
  },
  { what: 'a TLS failure', outcome: 'failure', request: (fetch, origin) => fetch(origin.replace('http:', 'https:')) },
  { what: 'a connection reset before the headers', outcome: 'failure', request: get('/reset') },
  { what: 'a connection closed before the headers', outcome: 'failure', request: get('/gone') },
  { what: 'a body cut off after the headers', outcome: 'failure', request: get('/cut/200') },
  { what: 'a body cut off after the headers of a 404', outcome: 'failure', request: get('/cut/404') },
  { what: 'a body cut off between chunks', outcome: 'failure', request: get('/cut-chunks') },
  { what: "a compressed body that can't be read", outcome: 'failure', request: get('/broken-gzip') },
  { what: 'a response that is not HTTP', outcome: 'failure', request: get('/no-http') },
  { what: 'broken headers', outcome: 'failure', request: get('/broken-headers') },
  { what: 'broken chunks', outcome: 'failure', request: get('/broken-chunks') },
  { what: 'two Content-Length headers', outcome: 'failure', request: get('/two-lengths') },
  { what: 'headers without end', outcome: 'failure', request: get('/long-header') },
  {
    what: 'AbortSignal.timeout before the headers',
    outcome: 'failure',
    request: get('/hang', () => ({ signal: AbortSignal.timeout(30) })),
  },
  {
    what: 'AbortSignal.timeout in the body',
    outcome: 'failure',
    request: get('/stall/200', () => ({ signal: AbortSignal.timeout(60) })),
  },
  {
    what: 'AbortSignal.any, aborted by a timeout',
    outcome: 'failure',
    request: get('/hang', () => ({ signal: AbortSignal.any([new AbortController().signal, timedOut()]) })),
  },
  {
    what: 'a call timeout before the headers',
    outcome: 'failure',
    code: 'ECALLTIMEOUT',
    request: get('/hang', () => ({ circuitBreaker: { callTimeout: 30 } })),
  },
  {
    what: 'a call timeout in the body',
    outcome: 'failure',
    code: 'ECALLTIMEOUT',
    request: get('/stall/200', () => ({ circuitBreaker: { callTimeout: 60 } })),
  },
  {
    what: 'the call timeout of a breaker around the request',
    outcome: 'failure',
    code: 'ECALLTIMEOUT',
    request: get('/hang', () => ({ signal: soon(new CallTimeoutError('outer', 30)) })),
  },

  {
    what: 'an abort by the caller before the headers',
    outcome: 'ignored',
    request: get('/hang', () => ({ signal: soon() })),
  },
  {
    what: 'an abort by the caller in the body',
    outcome: 'ignored',
    request: get('/stall/200', () => ({ signal: soon() })),
  },
  {
    what: 'an abort by the caller with a reason that is an error',
    outcome: 'ignored',
    request: get('/hang', () => ({ signal: soon(new Error('no longer needed')) })),
  },
  {
    what: 'an abort by the caller with a reason that is not an error',
    outcome: 'ignored',
    request: get('/stall/200', () => ({ signal: soon('enough') })),
  },
  {
    what: 'a signal that is already aborted',
    outcome: 'ignored',
    request: get('/', () => ({ signal: AbortSignal.abort() })),
  },
  {
    what: 'AbortSignal.any, aborted by the caller',
    outcome: 'ignored',
    request: get('/hang', () => ({ signal: AbortSignal.any([soon(), timedOut(60_000)]) })),
  },
  {
    what: 'an abort by the caller of a call with a timeout',
    outcome: 'ignored',
    request: get('/hang', () => ({ signal: soon(), circuitBreaker: { callTimeout: 60_000 } })),
  },
  {
    what: 'an abort by the caller of a Request',
    outcome: 'ignored',
    request: (fetch, origin) => fetch(new Request(`${origin}/hang`, { signal: soon() }) as never),
  },
  { what: 'an invalid URL', outcome: 'ignored', request: (fetch) => fetch('http://[') },
  { what: 'a relative URL without a base', outcome: 'ignored', request: (fetch) => fetch('/users') },
  { what: 'credentials in the URL', outcome: 'ignored', request: (fetch) => fetch('http://me:secret@127.0.0.1/') },
  { what: 'an unsupported protocol', outcome: 'ignored', request: (fetch) => fetch('gopher://127.0.0.1/') },
  { what: 'the URL of a file', outcome: 'ignored', request: (fetch) => fetch('file:///etc/hosts') },
  {
    what: 'a dispatcher that is none',
    outcome: 'ignored',
    request: get('/', () => ({ dispatcher: {} }) as unknown as RequestInit),
  },
  {
    what: 'a Blob of a file that has changed',
    outcome: 'ignored',
    async request(fetch, origin) {
      const folder = await mkdtemp(join(tmpdir(), 'cb-fetch-'))
      try {
        const path = join(folder, 'upload')
        await writeFile(path, 'before')
        const body = await openAsBlob(path)
        await writeFile(path, 'after it was opened')
        await fetch(origin, { method: 'POST', body })
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  },
  { what: 'a forbidden port', outcome: 'ignored', request: (fetch) => fetch('http://127.0.0.1:1/') },
  { what: 'a forbidden method', outcome: 'ignored', request: get('/', () => ({ method: 'TRACE' })) },
  { what: 'an invalid method', outcome: 'ignored', request: get('/', () => ({ method: 'a b' })) },
  { what: 'an invalid header', outcome: 'ignored', request: get('/', () => ({ headers: { a: 'x\ny' } })) },
  { what: 'a GET with a body', outcome: 'ignored', request: get('/', () => ({ body: 'x' })) },
  { what: 'an invalid signal', outcome: 'ignored', request: get('/', () => ({ signal: {} as never })) },
  {
    what: 'a stream to upload without duplex',
    outcome: 'ignored',
    request: get('/', () => ({ method: 'POST', body: new ReadableStream() })),
  },
  ...(
    [
      ['a header value that is not Latin-1', { headers: { 'x-user': 'Иван' } }],
      ['a list of headers that are no pairs', { headers: [['a', 'b', 'c']] }],
      [
        'a header that throws when it is read',
        {
          headers: {
            get a() {
              return fail()
            },
          },
        },
      ],
      [
        'an init that throws when it is read',
        {
          get redirect() {
            return fail()
          },
        },
      ],
      ['an unknown redirect mode', { redirect: 'maybe' }],
      ['an unknown mode', { mode: 'navigate' }],
      ['an invalid referrer', { referrer: 'http://[' }],
      ['an init that is a number', 5],
    ] as readonly (readonly [string, unknown])[]
  ).map(([what, init]) => ({ what, outcome: 'ignored' as const, request: get('/', () => init as RequestInit) })),
  {
    what: 'a Request whose body has been read',
    outcome: 'ignored',
    request: async (fetch, origin) => {
      const request = new Request(origin, { method: 'POST', body: 'x' })
      await request.text()
      return fetch(request as never)
    },
  },
  {
    what: 'a stream to upload that has a reader',
    outcome: 'ignored',
    request: (fetch, origin) => {
      const body = new ReadableStream()
      body.getReader()
      return fetch(origin, { method: 'POST', body, duplex: 'half' } as RequestInit)
    },
  },
  ...[undefined, 60_000].flatMap((callTimeout) => {
    const circuitBreaker = callTimeout === undefined ? {} : { callTimeout }
    const limit = callTimeout === undefined ? 'without a call timeout' : 'with a call timeout'
    return [
      {
        what: `a signal that is a string, ${limit}`,
        outcome: 'ignored' as const,
        request: get('/', () => ({ signal: 'x' as never, circuitBreaker })),
      },
      {
        what: `a signal that throws when it is listened to, ${limit}`,
        outcome: 'ignored' as const,
        request: get('/', () => {
          const { signal } = new AbortController()
          return { signal: Object.assign(signal, { addEventListener: fail }), circuitBreaker }
        }),
      },
      {
        what: `an async iterable to upload that throws, ${limit}`,
        outcome: 'ignored' as const,
        request: get('/', () => ({ method: 'POST', duplex: 'half', body: failing() as never, circuitBreaker })),
      },
    ]
  }),
  {
    what: 'an async iterable to upload',
    outcome: 'success',
    request: (fetch, origin) => {
      const init = { method: 'POST', duplex: 'half', body: uploading() } as object
      return fetch(`${origin}/echo`, init).then((response) => response.text())
    },
  },
  {
    what: 'a frozen init with a call timeout',
    outcome: 'success',
    request: get('/', () => {
      const { signal } = new AbortController()
      return Object.freeze({ signal, circuitBreaker: Object.freeze({ callTimeout: 60_000 }) })
    }),
  },
  { what: 'an endless redirect', outcome: 'ignored', request: get('/loop') },
  {
    what: 'a redirect that the caller forbids',
    outcome: 'ignored',
    request: get('/elsewhere', () => ({ redirect: 'error' })),
  },
  {
    what: 'an upload whose stream fails',
    outcome: 'ignored',
    request: post(new ReadableStream({ pull: () => Promise.reject(disk) })),
  },
  {
    what: 'an upload whose Node.js stream fails',
    outcome: 'ignored',
    request: post(
      new Readable({
        read() {
          this.destroy(disk)
        },
      }),
    ),
  },
]

/** How a call of a user's own `fetch` may end. */
export const fakeRows: readonly (readonly [string, Outcome, () => unknown])[] = [
  ['no response at all', 'failure', () => undefined],
  ['a plain object', 'success', () => ({ ok: true, status: 200, json: async () => ({}) })],
  ['an object without a status', 'success', () => ({ json: async () => ({}) })],
  ['a frozen response', 'success', () => Object.freeze(new Response('hello'))],
  ['a response whose status can not be read', 'failure', () => unreadable('status')],
  ['a response whose headers can not be read', 'failure', () => unreadable('headers')],
  [
    'a response whose headers throw when they are asked',
    'failure',
    () => Object.assign(Object.create(new Response('hello')), { status: 200, headers: { get: fail } }),
  ],
  ['a constructed Response', 'success', () => Response.json({ a: 1 })],
  ['Response.error', 'success', () => Response.error()],
  ['a network error in Chrome', 'failure', () => Promise.reject(new TypeError('Failed to fetch'))],
  [
    'a network error in Firefox',
    'failure',
    () => Promise.reject(new TypeError('NetworkError when attempting to fetch resource.')),
  ],
  ['a network error in Safari', 'failure', () => Promise.reject(new TypeError('Load failed'))],
  [
    'a network error in Deno',
    'failure',
    () => Promise.reject(new TypeError('error sending request for url (http://x/)')),
  ],
  [
    'a network error in Bun',
    'failure',
    () => Promise.reject(Object.assign(new Error('Unable to connect'), { code: 'ConnectionRefused' })),
  ],
  ['a network error in Workers', 'failure', () => Promise.reject(new Error('Network connection lost.'))],
  [
    'an invalid argument in Chrome',
    'ignored',
    () => Promise.reject(new TypeError("Failed to execute 'fetch' on 'Window': Invalid name")),
  ],
  [
    'an invalid argument in Firefox',
    'ignored',
    () => Promise.reject(new TypeError('Window.fetch: a b is not a valid HTTP method.')),
  ],
  [
    'a throw instead of a promise',
    'failure',
    () => {
      throw new Error('oops')
    },
  ],
  ['a rejection without an error', 'failure', () => Promise.reject()],
  [
    'a rejection by another breaker',
    'ignored',
    () => {
      const inner = new CircuitBreaker({ name: 'inner' })
      inner.forceOpen()
      return inner.execute(() => 1)
    },
  ],
  [
    "an error that can't be read",
    'failure',
    () =>
      Promise.reject(
        Object.defineProperty(new Error('unreadable'), 'code', {
          get: () => {
            throw new Error('no code')
          },
        }),
      ),
  ],
]
