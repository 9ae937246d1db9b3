import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Listening } from '@cb/test-kit'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** The body as JSON. */
  readonly json: unknown
}

export interface RequestContent {
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

/** One request with exactly these headers: `fetch` adds some, and forbids others. */
export async function ask(
  server: Listening,
  method: string,
  path: string,
  content: RequestContent = {},
): Promise<Answer> {
  const { headers = {}, body } = content
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', method, path, headers, agent: false }, resolve)
    sent.on('error', reject).end(body)
  })
  const text = Buffer.concat(await response.toArray()).toString()
  const isJson = /json$/.test(response.headers['content-type'] ?? '') && text !== ''
  return {
    status: response.statusCode as number,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}
