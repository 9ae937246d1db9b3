import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engine, run } from '../src/index.ts'
import { projects } from './projects.ts'
import { install, packAll, type Tarballs } from './tarballs.ts'

const bin = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))

const nodes: Readonly<Record<string, () => string | Promise<string>>> = {
  'Node.js 20': () => process.execPath,
  'Node.js 22': () => engine('node22'),
  'Node.js 24': () => engine('node24'),
}

/** Licences that ask for no more than a notice. */
const permissive = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']

let folder: string
let tarballs: Tarballs

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  tarballs = await packAll(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

for (const { name, packages, dependencies, imports, program, prints } of projects) {
  describe(`a project with @cb/${name}`, () => {
    let project: string

    beforeAll(async () => {
      project = join(folder, `project-${name}`)
      const names = Object.entries(imports)
      const body = `async function main() {\n${program}\n}\nmain()\n`
      const esm = names.map(([name, from]) => `import * as ${name} from '${from}'\n`).join('')
      const cjs = names.map(([name, from]) => `const ${name} = require('${from}')\n`).join('')
      const cts = names.map(([name, from]) => `import ${name} = require('${from}')\n`).join('')
      await mkdir(project)
      await Promise.all([
        writeFile(join(project, 'package.json'), '{ "private": true }'),
        writeFile(join(project, 'main.mjs'), esm + body),
        writeFile(join(project, 'main.cjs'), cjs + body),
        writeFile(join(project, 'typed.mts'), esm + body),
        writeFile(join(project, 'typed.cts'), cts + body),
      ])
      await install(project, [...packages.map((name) => tarballs[name]), ...dependencies])
    })

    test('has one copy of @cb/core and nothing that was not asked for', async () => {
      const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'))
      const paths = Object.keys(lock.packages).filter((path) => path.endsWith('@cb/core'))
      expect(paths).toEqual(['node_modules/@cb/core'])
      if (name === 'core') expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/@cb/core'])
    })

    test('installs nothing but what permissive licences allow', async () => {
      const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
        packages: Record<string, { license?: string }>
      }
      const others = Object.entries(lock.packages).filter(
        ([path, { license = '' }]) => path !== '' && !permissive.includes(license),
      )
      expect(others).toEqual([])
    })

    test('typechecks as a module and as a script', async () => {
      await run(bin('tsc'), ['--noEmit', '--strict', '--module', 'nodenext', 'typed.mts', 'typed.cts'], project)
    })

    test('typechecks for a bundler', async () => {
      const options = ['--noEmit', '--strict', '--module', 'esnext', '--moduleResolution', 'bundler']
      await run(bin('tsc'), [...options, 'typed.mts'], project)
    })

    for (const [version, node] of Object.entries(nodes)) {
      test.each(['main.mjs', 'main.cjs'])(`runs its first program as %s on ${version}`, async (file) => {
        expect(await run(await node(), [file], project)).toBe(prints)
      })
    }
  })
}
