import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const unread = `
import { createServer } from 'node:http'
import { protectFetch } from '@cb/fetch'

const server = createServer((request, response) => response.end('hello')).unref()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const fetch = protectFetch({ defaults: { callTimeout: 600_000 } })
const { status } = await fetch('http://127.0.0.1:' + server.address().port)
server.closeAllConnections()
console.log(status)
`

const silent = `
import { protectFetch } from '@cb/fetch'

const fetch = protectFetch(async () => new Response(new ReadableStream()), { idleTimeout: 600_000 })
const { status, body } = await fetch('http://service.example')
body.getReader().read()
console.log(status)
`

test.each([
  ['call timeout of a body that nobody reads', unread],
  ['idle timeout of a body that stays silent', silent],
])('the %s does not keep the process alive', async (_what, program) => {
  const options = { cwd: new URL('..', import.meta.url), timeout: 60_000 }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  expect(stdout).toBe('200\n')
})
