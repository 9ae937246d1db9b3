import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { install, packAll } from './tarballs.ts'

let folder: string
let project: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  project = join(folder, 'shop')
  // The tsconfig, the options of Jest and the dependencies are those of `nest new`.
  await cp(fileURLToPath(new URL('nest', import.meta.url)), project, { recursive: true })
  const { core, axios } = await packAll(folder)
  await install(project, [core, axios, 'axios@1'])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const tool = (path: string, ...options: string[]): Promise<string> =>
  run(process.execPath, [join('node_modules', path), ...options], project)

test.each([
  ['nodenext', []],
  // As `nest new` of Nest 11.0 had it.
  ['commonjs', ['--module', 'commonjs', '--moduleResolution', 'node10', '--resolvePackageJsonExports', 'false']],
])('a NestJS 11 application builds as %s, and runs', async (_module, options) => {
  await rm(join(project, 'dist'), { recursive: true, force: true })
  await tool('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--incremental', 'false', ...options)
  const printed = await run(process.execPath, [join('dist', 'main')], project)
  expect(JSON.parse(printed)).toEqual(['payments is open, ECIRCUITOPEN', 'mail is open, ECIRCUITOPEN'])
})

test('the tests of a NestJS 11 application pass', async () => {
  await tool('jest/bin/jest.js', '--ci')
})
