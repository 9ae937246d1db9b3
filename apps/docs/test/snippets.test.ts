import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generated } from '../build/document-pages.js'
import { namesOnly, problemsOf } from './compile.ts'
import { readPages, type Snippet, snippetsOf } from './pages.ts'

const all = Array.from(readPages(), ([path, text]) => snippetsOf(path, text)).flat()
const code = all.filter(({ language }) => ['js', 'ts'].includes(language))
// The other documents are run by the tests of their packages.
const own = code.filter(({ where }) => !generated.some((folder) => where.startsWith(`${folder}/`)))
const programs = own.filter(({ mark }) => mark === 'program')

const run = promisify(execFile)
const home = fileURLToPath(new URL('..', import.meta.url))

test('every snippet of the site compiles', () => {
  expect(code.length).toBeGreaterThan(50)
  expect(problemsOf(own)).toEqual([])
  expect(
    problemsOf(
      code.filter((snippet) => !own.includes(snippet)),
      namesOnly,
    ),
  ).toEqual([])
})

test('a snippet with an option that does not exist does not compile', () => {
  const wrong: Snippet = {
    ...{ where: 'here', language: 'js', mark: '' },
    code: `import { CircuitBreaker } from '@cb/core'\nnew CircuitBreaker({ name: 'a', timeOut: 1 })\n`,
  }
  expect(problemsOf([wrong])).toMatchObject([expect.stringContaining('timeOut')])
})

test('pages have programs', () => {
  expect(programs.length).toBeGreaterThan(15)
})

test.concurrent.each(programs.map(({ where, code }) => ({ where, code })))(
  'the program of $where prints what its comments say',
  async ({ code }) => {
    const expected = [...code.matchAll(/^\/\/ → (.*)/gm)].map(([, line]) => `${line}\n`).join('')
    expect(expected).not.toBe('')
    const { stdout, stderr } = await run(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code],
      { cwd: home },
    )
    expect({ stdout, stderr }).toEqual({ stdout: expected, stderr: '' })
  },
)

describe('the tests that pages show', () => {
  const folder = fileURLToPath(new URL('../reports/runners/', import.meta.url))
  const snippet = (mark: string) => own.find((candidate) => candidate.mark === mark)?.code as string

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}package.json`, '{ "type": "commonjs", "jest": {} }')
    writeFileSync(`${folder}vitest.config.mjs`, 'export default {}')
    writeFileSync(`${folder}site.spec.js`, snippet('jest'))
    writeFileSync(`${folder}site.test.mjs`, snippet('vitest'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('pass with vitest', async () => {
    const vitest = `${home}node_modules/vitest/vitest.mjs`
    const { stdout } = await run(process.execPath, [vitest, 'run', '--root', folder, 'site.test.mjs'], { cwd: folder })
    expect(stdout).toMatch(/3 passed/)
  })

  test('pass with Jest', async () => {
    const jest = `${home}node_modules/jest/bin/jest.js`
    const { stderr } = await run(process.execPath, [jest, '--ci', '--rootDir', folder, 'site.spec.js'], { cwd: folder })
    expect(stderr).toMatch(/2 passed/)
  })
})
