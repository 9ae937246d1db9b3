import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { guide } from './rows.ts'

const programs = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)

async function print(program: string): Promise<string> {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd })
  return stdout
}

test.each([
  ['opossum', 0, '1 later\n2 later\n3 later\n4 later\nopen\n5 later\n6 later\n'],
  ['cockatiel', 2, 'false\nfalse\nopen\nfalse\ntrue\n'],
])('the programs of %s and of @cb print the same', async (_library, first, printed) => {
  const [theirs = '', ours = ''] = programs.slice(first, first + 2)
  expect([await print(theirs), await print(ours)]).toEqual([printed, printed])
})

test('the program of the README prints what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [program = '', printed = ''] = [...readme.matchAll(/```(?:js|text)\n(.*?)```/gs)].map(([, block = '']) => block)
  expect(await print(program)).toBe(printed)
})
