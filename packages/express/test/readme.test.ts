import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const programs = [...readme.matchAll(/```js\n(.*?)```(?:\s+It prints\s+```text\n(.*?)```)?/gs)]

test('the README has programs', () => {
  expect(programs).not.toHaveLength(0)
})

// Inside the package, so that its own name resolves to its build.
const folder = new URL('../reports/readme/', import.meta.url)
mkdirSync(folder, { recursive: true })

test.each(programs.map(([, code, output], index) => ({ index, code, output })))(
  'program $index of the README runs when pasted, and prints what the README shows',
  async ({ index, code, output }) => {
    const file = fileURLToPath(new URL(`program-${index}.mjs`, folder))
    writeFileSync(file, code as string)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file])
    expect(stderr).toBe('')
    expect(stdout).toBe(output)
  },
)
