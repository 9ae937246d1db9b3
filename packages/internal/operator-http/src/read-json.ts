import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/** Enough for an action with the longest note. */
const maxBytes = 4_096

/** The body that `express.json()` has parsed, or else read here; an empty body is `{}`. @throws Problem if it is too long or not JSON. */
export async function readJson(req: IncomingMessage & { body?: unknown }): Promise<unknown> {
  // By `readableDidRead`, because a parser of Express 4 sets `body` even if it has read nothing.
  if (req.readableDidRead) return req.body
  const text = await readText(req)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new Problem(400, 'The body is not valid JSON.')
  }
}

async function readText(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      chunks.push(Buffer.from(chunk))
      bytes += chunk.length
      if (bytes > maxBytes) break // Node.js reads the rest and drops it
    }
  } catch {
    throw new Problem(400, 'The body is incomplete.')
  }
  if (bytes > maxBytes) throw new Problem(413, `The body must not exceed ${maxBytes} bytes.`)
  return Buffer.concat(chunks).toString()
}
