import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { importsIn } from '../src/imports.js'
import { floors, violationsOf } from '../src/rules.js'

const manifests = {
  'packages/core/package.json': '{ "name": "@cb/core" }',
  'packages/internal/checks/package.json': '{ "name": "@cb/checks" }',
  'packages/axios/package.json': '{ "name": "@cb/axios" }',
  'packages/fetch/package.json': '{ "name": "@cb/fetch" }',
  'tooling/test-kit/package.json': '{ "name": "@cb/test-kit" }',
  'tooling/bench/package.json': '{ "name": "@cb/bench" }',
  'packages/core/src/index.ts': '',
  'packages/internal/checks/src/index.ts': '',
  'packages/axios/src/index.ts': '',
  'packages/fetch/src/undici.ts': '',
  'tooling/test-kit/src/index.ts': '',
  'tooling/bench/src/index.js': '',
}

function tree(sources: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'cb-lint-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [file, source] of Object.entries({ ...manifests, ...sources })) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, file), source)
  }
  return root
}

const violationsIn = (sources: Readonly<Record<string, string>>) => violationsOf(importsIn(tree(sources)))

test('a file of core may import its own floor and those below it', () => {
  const violations = violationsIn({
    'packages/core/src/errors.ts': "import { format } from '@cb/checks'",
    'packages/core/src/trip/any-of.ts': "import type { TripPolicy } from './trip-policy.ts'",
    'packages/core/src/trip/trip-policy.ts': "import { E } from '../errors.ts'",
    'packages/core/src/index.ts': "export { anyOf } from './trip/any-of.ts'",
  })
  expect(violations).toEqual([])
})

test.each([
  ['an import', "import { Circuit } from './circuit.ts'"],
  ['a type import', "import type { Circuit } from './circuit.ts'"],
  ['an import that has a type only', "import { type Circuit } from './circuit.ts'"],
  ['an export', "export * from './circuit.ts'"],
  ['an import inside a type', "export type Of = import('./circuit.ts').Circuit"],
  ['an import at run time', "export const load = () => import('./circuit.ts')"],
])('%s of a higher floor is a violation that names both files', (_kind, source) => {
  const violations = violationsIn({ 'packages/core/src/ramp.ts': source, 'packages/core/src/circuit.ts': '' })
  expect(violations).toEqual(['packages/core/src/ramp.ts → packages/core/src/circuit.ts: floor 1 imports floor 2'])
})

test('nothing in core imports the index', () => {
  const violations = violationsIn({ 'packages/core/src/registry.ts': "import { anyOf } from './index.ts'" })
  expect(violations).toEqual(['packages/core/src/registry.ts → packages/core/src/index.ts: floor 5 imports floor 6'])
})

test('a file of core that has no floor is a violation', () => {
  const violations = violationsIn({
    'packages/core/src/states/sub/utils.ts': '',
    'packages/core/src/states/open.ts': '',
  })
  expect(violations).toEqual(['packages/core/src/states/sub/utils.ts: a file without a floor'])
})

test.each([
  ['of Node.js', 'node:fs', 'node:fs'],
  ['of the registry', 'axios', 'axios'],
  ['of the workspace', '@cb/axios', 'packages/axios/src/index.ts'],
])('core imports no package %s', (_kind, specifier, target) => {
  const violations = violationsIn({ 'packages/core/src/clock.ts': `import '${specifier}'` })
  expect(violations).toEqual([`packages/core/src/clock.ts → ${target}: core imports only @cb/checks`])
})

test('a circle of three files is one violation that names them all', () => {
  const violations = violationsIn({
    'apps/demo/src/a.ts': "import type { B } from './b.ts'",
    'apps/demo/src/b.ts': "import { c } from './c.ts'",
    'apps/demo/src/c.ts': "export { a } from './a.ts'",
    'apps/demo/src/main.ts': "import './a.ts'",
  })
  expect(violations).toEqual([
    'apps/demo/src/a.ts → apps/demo/src/b.ts → apps/demo/src/c.ts → apps/demo/src/a.ts: a circle',
  ])
})

test.each([
  'packages/opentelemetry/src',
  'packages/internal/checks/src',
  'packages/express/test',
  'apps/demo/src',
  'apps/examples/bff/src',
  'tooling/lint/src',
])('two files of %s are a circle if one imports a type only, and the other at run time', (folder) => {
  const violations = violationsIn({
    [`${folder}/a.ts`]: "import type { B } from './b.ts'",
    [`${folder}/b.ts`]: "export const load = () => import('./a.ts')",
  })
  expect(violations).toEqual([`${folder}/a.ts → ${folder}/b.ts → ${folder}/a.ts: a circle`])
})

test('a circle through two packages is a violation', () => {
  const violations = violationsIn({
    'packages/internal/checks/src/index.ts': "import type { It } from '@cb/axios'",
    'packages/axios/src/index.ts': "import { check } from '@cb/checks'",
  })
  expect(violations).toEqual([
    'packages/axios/src/index.ts → packages/internal/checks/src/index.ts → packages/axios/src/index.ts: a circle',
  ])
})

test('a circle through the comments of JavaScript files is a violation', () => {
  const violations = violationsIn({
    'tooling/bench/src/a.js': "/** @import { B } from './b.js' */",
    'tooling/bench/src/b.js': "/** @type {import('./a.js').A} */ export const b = 'import(./c.js)'",
  })
  expect(violations).toEqual(['tooling/bench/src/a.js → tooling/bench/src/b.js → tooling/bench/src/a.js: a circle'])
})

test('a circle through the name of a package is a violation', () => {
  const violations = violationsIn({
    'packages/axios/src/index.ts': "import './client.ts'",
    'packages/axios/src/client.ts': "import '@cb/axios'",
  })
  expect(violations).toEqual([
    'packages/axios/src/client.ts → packages/axios/src/index.ts → packages/axios/src/client.ts: a circle',
  ])
})

test('an adapter that imports another is a violation, but for its tests', () => {
  const source = "import '@cb/fetch/undici'"
  const violations = violationsIn({ 'packages/axios/src/index.ts': source, 'packages/axios/test/it.test.ts': source })
  expect(violations).toEqual(['packages/axios/src/index.ts → packages/fetch/src/undici.ts: an adapter imports another'])
})

test('of apps and tooling, only tests of a package may import, and only the test kit', () => {
  const both = "import '@cb/test-kit'\nimport '@cb/bench'"
  expect(
    violationsIn({ 'packages/axios/src/index.ts': both, 'packages/internal/checks/test/it.test.ts': both }),
  ).toEqual([
    'packages/axios/src/index.ts → tooling/test-kit/src/index.ts: a package imports apps or tooling',
    'packages/axios/src/index.ts → tooling/bench/src/index.js: a package imports apps or tooling',
    'packages/internal/checks/test/it.test.ts → tooling/bench/src/index.js: a package imports apps or tooling',
  ])
})

test('what is installed or built is left out', () => {
  const violations = violationsIn({
    'packages/axios/dist/index.js': "import '@cb/fetch'",
    'packages/axios/node_modules/it/index.js': "import './index.js'",
    'packages/axios/.turbo/index.js': "import '@cb/fetch'",
  })
  expect(violations).toEqual([])
})

test('CONTRIBUTING.md has the floors as they are checked', () => {
  const contributing = readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8')
  const lines = [...contributing.matchAll(/^(\d) \w+ +(.*)$/gm)]
  const written = lines.toReversed().map(([, floor, names = '']) => [Number(floor), names.split(' ')])
  expect(written).toEqual([...floors.slice(0, -1).entries()])
})

const start = fileURLToPath(new URL('../start.js', import.meta.url))
const lint = (root: string) => promisify(execFile)(process.execPath, [start, root])

test('the command ends with a sentence, and with the exit code 1 after a violation', async () => {
  const [wrong, right] = [lint(tree({ 'packages/core/src/clock.ts': "import 'axios'" })), lint(tree({}))]
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: 'packages/core/src/clock.ts → axios: core imports only @cb/checks\n',
    stdout: '1 problem in the imports of 7 files.\nNo problem in 0 documents.\n',
  })
  expect(await right).toEqual({
    stderr: '',
    stdout: 'No problem in the imports of 6 files.\nNo problem in 0 documents.\n',
  })
})
