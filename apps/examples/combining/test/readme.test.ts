import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${folder}README.md`, 'utf8')

test('the program of the README prints what its comments say', async () => {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? []
  const expected = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line]) => `${line}\n`).join('')
  expect(expected).not.toBe('')
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  expect(await run).toEqual({ stdout: expected, stderr: '' })
})

test('the table links to each recipe once, and to nothing else', () => {
  const links = [...readme.matchAll(/\]\(src\/(.*?)\)/g)].map(([, file]) => file)
  expect(links.sort()).toEqual(readdirSync(`${folder}src`).sort())
})
