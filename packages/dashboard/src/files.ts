import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliDecompressSync } from 'node:zlib'
import { files } from '../dist/page/files.js'

/** The script, the style and the icon have a hash of their content in their names. */
const forEver = 'private, max-age=31536000, immutable'

/** Sends a file of the page. @returns false if there is none of that name. */
export function sendFile(name: string, { method, headers }: IncomingMessage, response: ServerResponse): boolean {
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (file === undefined) return false
  const compressed = Buffer.from(file.brotli, 'base64')
  const takesBrotli = /\bbr\b/.test(String(headers['accept-encoding']))
  const body = takesBrotli ? compressed : brotliDecompressSync(compressed)
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': body.length,
    'Cache-Control': name === 'index.html' ? 'no-store' : forEver,
    Vary: 'Accept-Encoding',
    ...(takesBrotli && { 'Content-Encoding': 'br' }),
  })
  response.end(method === 'HEAD' ? undefined : body)
  return true
}
