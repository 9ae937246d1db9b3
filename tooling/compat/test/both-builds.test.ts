import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, test } from 'vitest'
import { engine, run } from '../src/index.ts'
import { install, packAll } from './tarballs.ts'

const spec = fileURLToPath(new URL('both-builds/both-builds.spec.mjs', import.meta.url))

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  await cp(spec, join(folder, 'both-builds.spec.mjs'))
  const dependencies = ['axios@1', 'express@5', '@opentelemetry/api@1.9', '@opentelemetry/sdk-trace-base@2']
  await install(folder, [...Object.values(await packAll(folder)), ...dependencies])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each<[string, () => string | Promise<string>]>([
  ['Node.js 20', () => process.execPath],
  ['Node.js 22', () => engine('node22')],
  ['Node.js 24', () => engine('node24')],
])('the tests of a program that imports and requires every package pass on %s', async (_name, node) => {
  await run(await node(), ['--test', '--test-reporter=tap', 'both-builds.spec.mjs'], folder)
})
