import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** The fenced blocks of a language. */
async function blocksOf(readme: string, language: string): Promise<string[]> {
  const text = await readFile(new URL(readme, import.meta.url), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] as string)
}

/** Runs a program as a user would: in a process of its own, where `@cb/core` is the built package (by self-reference). */
async function run(program: string): Promise<string> {
  const options = { cwd: new URL('..', import.meta.url) }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  return stdout
}

test('the first program of the README prints what the README says', async () => {
  const [program] = await blocksOf('../README.md', 'js')
  const [printed] = await blocksOf('../README.md', 'text')
  expect(await run(program as string)).toBe(printed)
})

test('the other programs of the README run', async () => {
  const [, ...others] = await blocksOf('../README.md', 'js')
  const [, metrics] = await blocksOf('../README.md', 'text')
  expect(await Promise.all(others.map(run))).toEqual([
    'open\n',
    '1\n',
    'printing\n',
    'mail: closed → open (forced)\n',
    'open\n',
    `${metrics}\n`,
  ])
})

test('the program of the README of the whole project prints what it says', async () => {
  const [program] = await blocksOf('../../../README.md', 'js')
  const [printed] = await blocksOf('../../../README.md', 'text')
  expect(await run(program as string)).toBe(printed)
})

test('the program of the README of the whole project protects from a service that responds with 500', async () => {
  const server = createServer((_request, response) => response.writeHead(500).end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [program] = await blocksOf('../../../README.md', 'js')
  const [printed] = await blocksOf('../../../README.md', 'text')
  const { port } = server.address() as AddressInfo
  const seen = await run(`${program}`.replace(':2/', `:${port}/`))
  server.close()
  expect(seen).toBe(printed)
})
