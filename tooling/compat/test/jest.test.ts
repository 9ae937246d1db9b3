import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { run } from '../src/index.ts'
import { install, packAll, type Tarballs } from './tarballs.ts'

const specs = fileURLToPath(new URL('jest/', import.meta.url))

let folder: string
let tarballs: Tarballs

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  tarballs = await packAll(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(['29', '30'])('with Jest %s', (version) => {
  let home: string

  beforeAll(async () => {
    home = join(folder, `jest-${version}`)
    await mkdir(home)
    await writeFile(join(home, 'package.json'), '{ "private": true }')
    const { core, axios, fetch } = tarballs
    const jest = [`jest@${version}`, `@types/jest@${version}`, 'ts-jest@29', 'typescript@5', '@types/node@20']
    await install(home, [core, axios, fetch, 'axios@1', 'undici@7', ...jest])
  })

  /** Runs a test file in a project of its own, which has these files besides. */
  async function runJest(spec: string, files: Readonly<Record<string, object>>): Promise<void> {
    const project = await mkdtemp(join(home, 'project-'))
    await cp(join(specs, spec), join(project, spec))
    for (const [name, content] of Object.entries(files)) await writeFile(join(project, name), JSON.stringify(content))
    await run(process.execPath, [join(home, 'node_modules/jest/bin/jest.js'), '--ci'], project)
  }

  test('the tests of a project without a configuration pass', async () => {
    await runJest('plain.spec.js', { 'package.json': {} })
  })

  test.each([
    ['commonjs', 'node10'],
    ['nodenext', 'nodenext'],
  ])('the tests of a project with ts-jest, %s and %s pass', async (module, moduleResolution) => {
    await runJest('typed.spec.ts', {
      'package.json': { jest: { testEnvironment: 'node', transform: { '^.+\\.tsx?$': ['ts-jest', {}] } } },
      'tsconfig.json': {
        compilerOptions: { target: 'es2022', module, moduleResolution, strict: true, esModuleInterop: true },
      },
    })
  })
})
