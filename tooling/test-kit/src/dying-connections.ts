import { type AddressInfo, createServer, type Socket } from 'node:net'

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'

/** How a kept-alive connection ends between two requests, and the effect of the second one, a probe of a half-open breaker. */
export interface Death {
  readonly what: string
  readonly outcome: 'success' | 'failure'
  readonly state: 'closed' | 'open'
  /** How many connections the two requests take. */
  readonly connections: 1 | 2
  /** What the server does after its first answer. */
  readonly whileIdle?: (socket: Socket) => void
  /** The client sends the second request before it can notice. */
  readonly unseen?: true
  /** What the server does when it receives the second request. */
  readonly atRequest?: (socket: Socket) => void
}

const success = { outcome: 'success', state: 'closed' } as const
const failure = { outcome: 'failure', state: 'open' } as const

export const deaths: readonly Death[] = [
  { what: 'it stays open', ...success, connections: 1 },
  { what: 'the server closes it (FIN) before the request', ...success, connections: 2, whileIdle: (it) => it.end() },
  {
    what: 'the server resets it (RST) before the request',
    ...success,
    connections: 2,
    whileIdle: (it) => it.resetAndDestroy(),
  },
  {
    what: 'the server resets it (RST), and the client writes the request before it notices',
    ...failure,
    connections: 1,
    whileIdle: (it) => it.resetAndDestroy(),
    unseen: true,
  },
  {
    what: 'the server resets it (RST) after the request',
    ...failure,
    connections: 1,
    atRequest: (it) => it.resetAndDestroy(),
  },
  {
    what: 'the server half-closes it (FIN) after the request, and never answers',
    ...failure,
    connections: 1,
    atRequest: (it) => it.end(),
  },
  {
    what: 'the server answers in full and half-closes it (FIN)',
    ...success,
    connections: 1,
    atRequest: (it) => it.end(answer),
  },
  {
    what: 'the server answers in part and half-closes it (FIN)',
    ...failure,
    connections: 1,
    atRequest: (it) => it.end(answer.slice(0, -2)),
  },
  {
    what: 'the server begins with the headers and half-closes it (FIN)',
    ...failure,
    connections: 1,
    atRequest: (it) => it.end(answer.slice(0, 20)),
  },
]

export interface DyingServer extends AsyncDisposable {
  readonly origin: string
  readonly connections: number
  /** Runs `whileIdle`; resolves when the client has noticed, unless `unseen`. */
  betweenRequests(): Promise<void>
}

/** A server that keeps connections alive and answers the first request on each, and further ones with `atRequest`. */
export async function dyingServer({ whileIdle, unseen, atRequest }: Death): Promise<DyingServer> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let requests = 0
    sockets.push(socket)
    socket.on('error', () => {}) // the client may reset it in turn
    socket.on('end', () => socket.end())
    socket.on('data', () => {
      if (++requests === 1 || atRequest === undefined) socket.write(answer)
      else atRequest(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return sockets.length
    },
    async betweenRequests() {
      await turn() // the client returns the connection to its pool later
      const [socket] = sockets
      if (socket === undefined || whileIdle === undefined) return
      const closed = new Promise((resolve) => socket.once('close', resolve))
      whileIdle(socket)
      if (unseen) return
      await closed
      for (let n = 0; n < 2; n++) await turn() // a reset is not acknowledged: the client notices it in its next turn
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
