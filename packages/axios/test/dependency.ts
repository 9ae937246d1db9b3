import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service that answers as its path says, and counts who came. */
export interface Dependency extends AsyncDisposable {
  readonly origin: string
  readonly connections: number
  readonly requests: number
  /** Answers the requests to `/hang` that wait. */
  release(): void
  close(): Promise<void>
}

export async function dependency(): Promise<Dependency> {
  let connections = 0
  let requests = 0
  const waiting = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    requests++
    if (request.url === '/hang') waiting.add(response)
    else answer(request, response)
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
    release() {
      for (const response of waiting) response.end('late')
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [, verb, argument = ''] = url.pathname.split('/')
  request.resume()
  if (verb === 'status') {
    const headers = Object.fromEntries(url.searchParams)
    response.writeHead(Number(argument), headers).end(argument === '204' ? undefined : '{"well":true}')
  } else if (verb === 'reset') {
    request.socket.destroy()
  } else if (verb === 'cut') {
    response.writeHead(Number(argument), { 'content-length': 1000 }).write('part of the body', () => {
      request.socket.destroy()
    })
  } else if (verb === 'broken-gzip') {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not compressed')
  } else if (verb === 'loop') {
    response.writeHead(302, { location: '/loop' }).end()
  } else if (verb === 'elsewhere') {
    response.writeHead(302, { location: '/status/200' }).end()
  } else {
    response.end('hello')
  }
}

/** An origin where nobody listens. */
export async function refusedOrigin(): Promise<string> {
  const gone = await dependency()
  await gone.close()
  return gone.origin
}
