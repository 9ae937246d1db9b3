import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { run } from '../src/index.ts'
import { install, packAll } from './tarballs.ts'

// 5.2 is the oldest that the READMEs promise: it brought `using`.
const versions = ['5.2', '5.4', '5.5', '5.6', '5.7', '5.9', '6.0', '7.0']

const settings: [module: string, moduleResolution: string, ...files: string[]][] = [
  ['commonjs', 'node10', 'program.ts'],
  ['node16', 'node16', 'program.mts', 'program.cts'],
  ['nodenext', 'nodenext', 'program.mts', 'program.cts'],
  ['esnext', 'bundler', 'program.ts'],
]

const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false }
const environment = { target: 'es2022', lib: ['es2023', 'dom', 'esnext.disposable'], types: ['node'] }

const program = fileURLToPath(new URL('typescript/program.ts', import.meta.url))
const dependencies = [
  'axios@1',
  'express@5',
  'undici@7',
  '@opentelemetry/api@1',
  'redis@6',
  'ioredis@6',
  '@types/express@5',
  '@types/node@20',
]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  for (const file of ['program.ts', 'program.mts', 'program.cts']) await copyFile(program, join(folder, file))
  const compilers = versions.map((version) => `typescript-${version}@npm:typescript@${version}`)
  await install(folder, [...Object.values(await packAll(folder)), ...dependencies, ...compilers])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(versions)('with TypeScript %s', (version) => {
  // TypeScript 6 knows node10 only with `ignoreDeprecations`, TypeScript 7 not at all.
  const known = settings.filter(([, moduleResolution]) => version !== '7.0' || moduleResolution !== 'node10')

  test.each(known)(
    'a program that uses every package compiles as %s with %s',
    async (module, moduleResolution, ...files) => {
      const compilerOptions = {
        ...{ module, moduleResolution, esModuleInterop: true, noEmit: true },
        ...environment,
        ...strict,
        ...(version === '6.0' && { ignoreDeprecations: '6.0' }),
      }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
      await run(process.execPath, [`node_modules/typescript-${version}/bin/tsc`], folder)
    },
  )
})
