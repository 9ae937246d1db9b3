import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

// Writes the files of the page into a module, so that a bundler finds them and no file is read while requests are served.

const folder = fileURLToPath(new URL('../dist/page/', import.meta.url))
const types = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
})
const limit = 45_000

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => types[extname(name)])
const files = names
  .filter((name) => name !== 'files.js')
  .map((name) => {
    const content = readFileSync(join(folder, name))
    const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
    return { name: name.replaceAll('\\', '/'), type: types[extname(name)], brotli }
  })
const total = files.reduce((sum, { brotli }) => sum + brotli.length, 0)
if (total > limit) throw new Error(`the page has ${total} bytes, compressed with brotli; at most ${limit} are allowed`)
console.log(`page: ${total} bytes of at most ${limit}, compressed with brotli`)

const entries = files.map(({ name, type, brotli }) => [name, { type, brotli: brotli.toString('base64') }])
writeFileSync(join(folder, 'files.js'), `export const files = ${JSON.stringify(Object.fromEntries(entries))}\n`)
writeFileSync(
  join(folder, 'files.d.ts'),
  'export declare const files: Record<string, { readonly type: string; readonly brotli: string }>\n',
)
