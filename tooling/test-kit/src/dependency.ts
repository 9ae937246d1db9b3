import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { answers } from './answers.ts'

/** A service whose answer depends on the path; it counts requests, and those abandoned before the answer was complete. */
export interface Dependency extends AsyncDisposable {
  readonly origin: string
  readonly connections: number
  readonly requests: number
  /** Requests whose connection closed before they were answered in full. */
  readonly abandoned: number
  /** Completes the answers to `/hang` and `/stall`. */
  release(): void
  /** Closes the connections without a request in progress. */
  closeIdle(): void
  close(): Promise<void>
}

export async function dependency(): Promise<Dependency> {
  let connections = 0
  let requests = 0
  let abandoned = 0
  const waiting = new Set<ServerResponse>()
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests++
    response.on('close', () => {
      if (!response.writableFinished) abandoned++
    })
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [, verb = '', argument = ''] = url.pathname.split('/')
    if (verb === 'stall') response.writeHead(Number(argument), Object.fromEntries(url.searchParams)).write('part')
    if (verb === 'hang' || verb === 'stall') waiting.add(response)
    else (answers[verb] ?? hello)(request, response, { argument, headers: Object.fromEntries(url.searchParams) })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    get requests() {
      return requests
    },
    get abandoned() {
      return abandoned
    },
    release() {
      for (const response of waiting) response.end('late')
    },
    closeIdle: () => server.closeIdleConnections(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function hello(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  response.end('hello')
}

/** A TLS server without a certificate. */
export async function withoutCertificate(): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createTlsServer({})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

/** An origin that refuses connections (ECONNREFUSED). */
export async function refusedOrigin(): Promise<string> {
  const gone = await dependency()
  await gone.close()
  return gone.origin
}
