import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { usePostgres } from './postgres-server.ts'
import { readme } from './tables.ts'

const server = usePostgres()

test('the program of the README prints what its comments say', async () => {
  const { host, port, user, database } = server().config
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? []
  const expected = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line]) => `${line}\n`).join('')
  expect(expected).not.toBe('')
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd, env })
  expect(await run).toEqual({ stdout: expected, stderr: '' })
})
