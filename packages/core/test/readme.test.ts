import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] as string)

/** Runs a program as a user would: in a process of its own, where `@cb/core` is the built package (by self-reference). */
async function run(program: string): Promise<string> {
  const options = { cwd: new URL('..', import.meta.url) }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  return stdout
}

test('the first program of the README prints what the README says', async () => {
  expect(await run(blocks('js')[0] as string)).toBe(blocks('text')[0])
})

test('the other programs of the README run', async () => {
  const printed = await Promise.all(blocks('js').slice(1).map(run))
  expect(printed).toEqual(['printing\n', 'open\n'])
})
