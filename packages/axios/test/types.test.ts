import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = `
interface User { name: string }
const client = axios.create({ circuitBreaker: { key: 'users', callTimeout: 500 } })
const { registry } = cb.protectAxios(client, { writes: { openDuration: 5_000 }, key: ({ url }) => url ?? '' })
cb.protectAxios(axios)
async function main(): Promise<string> {
  const { data } = await client.get<User>('/7', { circuitBreaker: { fallback: (error, { url }) => ({ name: url }) } })
  await client('/7', { circuitBreaker: false })
  // @ts-expect-error
  client.get('/7', { circuitBreaker: { timeout: 5 } })
  // @ts-expect-error
  cb.protectAxios(client, { retries: 3 })
  // @ts-expect-error
  cb.protectAxios({})
  return data.name + registry.size
}
main()
`

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

describe.each(['axios', 'axios-lowest'])('with the types of %s', (axios) => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cb-axios-types-'))
    const modules = join(folder, 'node_modules')
    await mkdir(join(modules, '@cb', 'axios'), { recursive: true })
    for (const name of ['dist', 'package.json']) await symlink(join(root, name), join(modules, '@cb', 'axios', name))
    await symlink(join(root, 'node_modules', '@cb', 'core'), join(modules, '@cb', 'core'))
    await symlink(join(root, 'node_modules', axios), join(modules, 'axios'))
    const esm = `import * as cb from '@cb/axios'\nimport axios from 'axios'\n`
    const cjs = `import cb = require('@cb/axios')\nimport axios = require('axios')\n`
    await writeFile(join(folder, 'import.mts'), esm + program)
    await writeFile(join(folder, 'require.cts'), cjs + program)
  })

  afterAll(() => rm(folder, { recursive: true }))

  test.each([
    ['import.mts', 'nodenext', 'nodenext'],
    ['import.mts', 'esnext', 'bundler'],
    ['require.cts', 'nodenext', 'nodenext'],
  ])('%s typechecks with module %s and moduleResolution %s', async (file, module, resolution) => {
    const args = ['--noEmit', '--strict', '--target', 'es2022', '--preserveSymlinks']
    const options = [...args, '--module', module, '--moduleResolution', resolution]
    const check = promisify(execFile)(process.execPath, [compiler, ...options, file], { cwd: folder })
    await expect(check.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' })
  })
})
