import { once } from 'node:events'
import { Agent } from 'node:http'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { listen } from '@cb/test-kit'
import FormDataPackage from 'form-data'
import { expect } from 'vitest'
import type { Scenario } from './trace.ts'

type Stage = Parameters<Scenario['run']>[0]

const text = 'hello '.repeat(1_000)
const encodings = {
  gzip: gzipSync(text),
  br: brotliCompressSync(text),
  deflate: deflateSync(text),
  'deflate, raw': deflateRawSync(text),
}

/** A server that redirects with the status of the path to `/echo` of another origin, or compresses. */
async function elsewhere<T>(service: Stage['service'], use: (origin: string) => Promise<T>): Promise<T> {
  const server = await listen((request, response) => {
    request.resume()
    const [, verb = '', argument = ''] = (request.url ?? '').split('/')
    if (verb === 'encoded') {
      const encoding = decodeURIComponent(argument) as keyof typeof encodings
      response.writeHead(200, { 'content-encoding': encoding.split(',')[0] }).end(encodings[encoding])
    } else response.writeHead(Number(argument), { location: `${service.origin}/echo` }).end()
  })
  try {
    return await use(server.origin)
  } finally {
    await server.close()
  }
}

async function http2(use: (origin: string) => Promise<unknown>): Promise<unknown> {
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk) => response.write(`echo ${chunk}`))
    request.on('end', () => response.end(`HTTP/${request.httpVersion} ${request.method} ${request.url}`))
  })
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => sessions.add(session))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    for (const session of sessions) session.destroy()
    server.close()
  }
}

async function* parts() {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

/** What happens on the way: uploads in parts, redirects, compression, HTTP/2, proxies, rates. */
export const transferring: readonly Scenario[] = [
  {
    what: 'a form of the package form-data',
    async run({ instance }) {
      const form = new FormDataPackage()
      form.append('a', '1')
      form.append('file', Readable.from([Buffer.from('content')]), { filename: 'name.txt' })
      const { data } = await instance.post('/echo', form, { headers: form.getHeaders() })
      return data.body.replaceAll(form.getBoundary(), 'boundary')
    },
    shows: { result: expect.stringContaining('content') },
    only: 'http',
  },
  {
    what: 'a Blob is uploaded',
    run: ({ instance }) => instance.post('/echo', new Blob(['a blob'], { type: 'text/plain' })),
    shows: { result: { data: { body: 'a blob' } } },
  },
  {
    what: 'a generator as a stream is uploaded in parts',
    run: ({ instance }) => instance.post('/echo', Readable.from(parts()), { maxRedirects: 0 }),
    shows: { result: { data: { body: 'one two', headers: { 'transfer-encoding': 'chunked' } } } },
    only: 'http',
  },
  {
    what: 'a web stream is uploaded',
    run: ({ instance }) => instance.post('/echo', new Blob(['a web stream']).stream()),
    shows: { result: { data: { body: 'a web stream' } } },
    only: 'fetch',
  },
  {
    what: 'an async iterable is sent as any other object',
    run: ({ instance }) => instance.post('/echo', parts(), { headers: { 'content-type': 'application/octet-stream' } }),
    shows: { result: { data: { body: '{}' } } },
    only: 'http',
  },
  ...[301, 302, 303, 307, 308].map((status) => ({
    what: `a POST that is redirected with ${status} to another origin`,
    run: ({ instance, service }: Stage) =>
      elsewhere(service, async (origin) => {
        const headers = { authorization: 'Bearer secret', 'x-mine': '1' }
        const { data } = await instance.post(`${origin}/to/${status}`, 'body', { headers })
        return [data.method, data.body, data.headers.authorization, data.headers['x-mine']]
      }),
    shows: { result: [status < 307 ? 'GET' : 'POST', status < 307 ? '' : 'body', undefined, '1'] },
  })),
  ...Object.keys(encodings).map((encoding) => ({
    what: `a body that is encoded as ${encoding}`,
    run: ({ instance, service }: Stage) =>
      elsewhere(
        service,
        async (origin) => (await instance.get(`${origin}/encoded/${encodeURIComponent(encoding)}`)).data,
      ),
    shows: { result: text },
  })),
  {
    what: 'a body that is not what its encoding says',
    run: ({ instance }) => instance.get('/broken-gzip'),
    shows: { error: { name: expect.stringMatching('Error') } },
  },
  {
    what: 'HTTP/2',
    run: ({ instance }) =>
      http2(async (origin) => [
        (await instance.get(`${origin}/a`, { httpVersion: 2 })).data,
        (await instance.post(`${origin}/b`, 'hello', { httpVersion: 2 })).data,
      ]),
    shows: { result: ['HTTP/2.0 GET /a', 'echo helloHTTP/2.0 POST /b'] },
    only: 'http',
  },
  {
    what: 'a proxy of the environment',
    async run({ instance, service }) {
      process.env['http_proxy'] = service.origin
      try {
        return await instance.get('http://api.example/echo')
      } finally {
        delete process.env['http_proxy']
      }
    },
    shows: { result: { data: { url: 'http://api.example/echo' } } },
    only: 'http',
  },
  {
    what: 'a proxy with credentials',
    run: ({ instance, service }) =>
      instance.get('http://api.example/echo', {
        proxy: {
          host: '127.0.0.1',
          port: Number(new URL(service.origin).port),
          auth: { username: 'me', password: 'secret' },
        },
      }),
    shows: { result: { data: { headers: { 'proxy-authorization': 'Basic bWU6c2VjcmV0' } } } },
    only: 'http',
  },
  {
    what: 'maxRate',
    run: ({ instance }) => instance.post('/echo', 'x'.repeat(1_000), { maxRate: [10_000_000, 10_000_000] }),
    shows: { result: { data: { body: 'x'.repeat(1_000) } } },
    only: 'http',
  },
  {
    what: 'its own lookup of a name',
    run: ({ instance, service, log }) =>
      instance.get(`${service.origin.replace('127.0.0.1', 'api.example')}/echo`, {
        httpAgent: new Agent(), // without a connection that is kept alive
        lookup: (name, _options, callback) => {
          log(name)
          callback(null, [{ address: '127.0.0.1', family: 4 }])
        },
      }),
    shows: { log: ['api.example'], result: { status: 200 } },
    only: 'http',
  },
  ...(['/status/200', '/gzip'] as const).map((path) => ({
    what: `a response of ${path} above maxContentLength`,
    run: ({ instance }: Stage) => instance.get(path, { maxContentLength: 5 }),
    shows: { error: { code: 'ERR_BAD_RESPONSE' } },
  })),
]
