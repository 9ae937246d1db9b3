import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = (read: string) => `
import { createServer } from 'node:http'
import { protectAxios } from '@cb/axios'
import axios from 'axios'

const server = createServer((request, response) => response.write('part')).unref()
server.on('connection', (socket) => socket.unref())
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const client = axios.create({ baseURL: 'http://127.0.0.1:' + server.address().port, responseType: 'stream' })
protectAxios(client, { defaults: { callTimeout: 600_000 }, idleTimeout: 600_000 })
const { status, data, request } = await client.get('/')
request.socket.unref() // from now on only a timer could keep the process alive
${read}
console.log(status)
`

test.each([
  ['is not read', ''],
  ['is read and stays silent', "data.on('data', () => {})"],
])('no time limit of a stream that %s keeps the process alive', async (_what, read) => {
  const options = { cwd: new URL('..', import.meta.url), timeout: 60_000 }
  const args = ['--input-type=module', '--eval', program(read)]
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  expect(stdout).toBe('200\n')
})
