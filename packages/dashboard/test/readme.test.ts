import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { listen, until } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const programs = [...readme.matchAll(/```js\n(.*?)```(?:\s+It prints\s+```text\n(.*?)```)?/gs)]
const [[, first = ''] = [], ...others] = programs

// Inside the package, so that its own name resolves to its build.
const folder = new URL('../reports/readme/', import.meta.url)
mkdirSync(folder, { recursive: true })

function write(name: string, code: string): string {
  const file = fileURLToPath(new URL(`${name}.mjs`, folder))
  writeFileSync(file, code)
  return file
}

test('the first program of the README serves the page when pasted', async () => {
  const { port, close } = await listen(() => {})
  await close()
  const program = spawn(process.execPath, [write('first', first.replace('3000', `${port}`))], { stdio: 'inherit' })
  onTestFinished(() => void program.kill())
  let page = ''
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/breakers`).catch(() => undefined)
    page = (await response?.text()) ?? ''
    if (page === '') setTimeout(ask, 50)
  }
  void ask()
  await until(() => page !== '')
  expect(page).toContain('<title>Circuit breakers</title>')
})

test('the README has further programs', () => {
  expect(others).not.toHaveLength(0)
})

test.each(others.map(([, code, output], index) => ({ index, code, output })))(
  'program $index of the README runs when pasted, and prints what the README shows',
  async ({ index, code, output }) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [write(`${index}`, code as string)])
    expect(stderr).toBe('')
    expect(stdout).toBe(output)
  },
)
