import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Listening } from '@cb/test-kit'
import type { DeltaFrame, Frame, SnapshotFrame } from '../src/wire.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly json: any
}

export interface RequestContent {
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
}

export function open(
  server: Listening,
  method: string,
  path: string,
  { headers = {}, body }: RequestContent = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', method, path, headers, agent: false }, resolve)
    sent.on('error', reject).end(body)
  })
}

/** One request with exactly these headers: `fetch` adds some, and forbids others. */
export async function ask(server: Listening, method: string, path: string, content?: RequestContent): Promise<Answer> {
  const response = await open(server, method, path, content)
  const text = Buffer.concat(await response.toArray()).toString()
  const isJson = /json$/.test(response.headers['content-type'] ?? '') && text !== ''
  const json = isJson ? JSON.parse(text) : undefined
  return { status: response.statusCode as number, headers: response.headers, text, json }
}

/** Sends an action as the page does. */
export function act(server: Listening, path: string, body: object, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const json = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' }
  return ask(server, 'POST', path, { headers: { ...json, ...headers }, body: JSON.stringify(body) })
}

/** A page that reads the stream. */
export class Reader {
  readonly response: IncomingMessage
  readonly #frames: AsyncGenerator<Frame>

  private constructor(response: IncomingMessage) {
    this.response = response
    this.#frames = framesOf(response)
  }

  static async open(server: Listening, path: string, content?: RequestContent): Promise<Reader> {
    return new Reader(await open(server, 'GET', path, content))
  }

  async next(): Promise<Frame> {
    const { value, done } = await this.#frames.next()
    if (done) throw new Error('the stream has ended')
    return value
  }

  async snapshot(): Promise<SnapshotFrame> {
    const frame = await this.next()
    if (frame.type !== 'snapshot') throw new Error('this is no snapshot')
    return frame
  }

  /** The next frame for which the check holds. */
  async delta(check: (frame: DeltaFrame) => boolean = () => true): Promise<DeltaFrame> {
    for (;;) {
      const frame = await this.next()
      if (frame.type === 'delta' && check(frame)) return frame
    }
  }

  close(): void {
    this.response.destroy()
  }
}

async function* framesOf(response: IncomingMessage): AsyncGenerator<Frame> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    const events = (text + chunk).split('\n\n')
    text = events.pop() as string
    for (const event of events) if (event.startsWith('data:')) yield JSON.parse(event.slice(5))
  }
}
