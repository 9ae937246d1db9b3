import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${folder}README.md`, 'utf8')
const programs = [...readme.matchAll(/```[jt]s\n(.*?)```/gs)].map(([, code]) => ({ code: code as string }))

test('the README has programs', () => {
  expect(programs.length).toBeGreaterThan(3)
})

test('the README has the table that all outbound adapters share', () => {
  expect(readme).toContain(readFileSync(`${folder}../internal/http-rules/outcomes.md`, 'utf8'))
})

test.each(programs)('program %# of the README prints what its comments say', async ({ code }) => {
  const expected = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line]) => `${line}\n`).join('')
  expect(expected).not.toBe('')
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  expect(await run).toEqual({ stdout: expected, stderr: '' })
})
