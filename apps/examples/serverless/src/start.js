import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(500).end()
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const folder = await mkdtemp(join(tmpdir(), 'serverless-'))
const env = {
  ...process.env,
  STATE_FILE: join(folder, 'breaker.json'),
  PAYMENTS_URL: `http://127.0.0.1:${Object(server.address()).port}`,
}

/** A new process for each event: the coldest of starts. */
async function invoke() {
  const code = "import { handler } from './handler.js'; console.log((await handler({ amount: 1 })).statusCode)"
  const options = { env, cwd: import.meta.dirname }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], options)
  return stdout.trim()
}

for (let n = 1; n <= 5; n++) console.log(`cold start ${n}: ${await invoke()}, ${requests} requests so far`)
server.close()
await rm(folder, { recursive: true })
