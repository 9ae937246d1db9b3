import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/** Enough for an action, and for any reason that a person would write. */
const mostBytes = 4_096

/** The body as `express.json()` left it, or read here. @throws Problem if it is too long or no JSON; nothing is `{}`. */
export async function readJson(req: IncomingMessage & { body?: unknown }): Promise<unknown> {
  // An Express 4 parser leaves a body also where it has read nothing.
  if (req.readableDidRead) return req.body
  const text = await readText(req)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new Problem(400, 'The body is no JSON.')
  }
}

async function readText(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      chunks.push(Buffer.from(chunk))
      bytes += chunk.length
      if (bytes > mostBytes) break // Node.js reads the rest and drops it
    }
  } catch {
    throw new Problem(400, 'The body was cut off.')
  }
  if (bytes > mostBytes) throw new Problem(413, `The body may have ${mostBytes} bytes.`)
  return Buffer.concat(chunks).toString()
}
