import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

interface AnswerOptions {
  readonly argument: string
  readonly headers: Record<string, string>
}

type Answer = (request: IncomingMessage, response: ServerResponse, options: AnswerOptions) => void

const raw =
  (...lines: string[]): Answer =>
  ({ socket }) =>
    socket.end(lines.join('\r\n'))

/** The answers of a service, right and wrong ones, by the first segment of the path. */
export const answers: Readonly<Record<string, Answer>> = {
  status(request, response, { argument, headers }) {
    request.resume()
    response.writeHead(Number(argument), headers).end(argument === '204' ? undefined : '{"well":true}')
  },
  /** The request, as JSON. */
  echo(request, response) {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { host: _, ...headers } = request.headers
      const body = Buffer.concat(chunks).toString()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ method: request.method, url: request.url, headers, body }))
    })
  },
  /** Byte by byte. */
  async drip(_request, response) {
    response.setHeader('content-length', 20)
    for (let n = 0; n < 20; n++) await new Promise((resolve) => response.write('.', resolve))
    response.end()
  },
  gzip(_request, response) {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello '.repeat(10_000)))
  },
  loop(_request, response) {
    response.writeHead(302, { location: '/loop' }).end()
  },
  elsewhere(_request, response) {
    response.writeHead(302, { location: '/status/200' }).end()
  },
  nowhere(_request, response) {
    response.writeHead(302, { location: 'http://[' }).end()
  },
  events(_request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).write('data: 1\n\n')
  },
  /** Closes the connection after the first request. */
  'close-idle'({ socket }, response) {
    response.end('hello', () => socket.end())
  },
  reset({ socket }) {
    socket.resetAndDestroy()
  },
  gone({ socket }) {
    socket.destroy()
  },
  cut({ socket }, response, { argument, headers }) {
    response.writeHead(Number(argument), { 'content-length': 1000, ...headers }).write('part of the body', () => {
      setImmediate(() => socket.destroy())
    })
  },
  'cut-chunks'({ socket }, response) {
    response.write('part of the body', () => setImmediate(() => socket.destroy()))
  },
  'broken-gzip'(_request, response) {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not compressed')
  },
  'broken-br'(_request, response) {
    response.writeHead(200, { 'content-encoding': 'br' }).end('not compressed')
  },
  'no-http': raw('what is this?', '', ''),
  'broken-headers': raw('HTTP/1.1 200 OK', 'no header at all', '', ''),
  'broken-chunks': raw('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'zzz', 'hello', ''),
  'two-lengths': raw('HTTP/1.1 200 OK', 'content-length: 5', 'content-length: 6', '', 'hello'),
  'long-header': raw('HTTP/1.1 200 OK', `x: ${'x'.repeat(100_000)}`, '', 'hello'),
}
