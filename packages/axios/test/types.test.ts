import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

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

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-axios-types-'))
  const here = fileURLToPath(new URL('..', import.meta.url))
  await mkdir(join(folder, 'node_modules', '@cb'), { recursive: true })
  await symlink(here, join(folder, 'node_modules', '@cb', 'axios'))
  await symlink(join(here, 'node_modules', '@cb', 'core'), join(folder, 'node_modules', '@cb', 'core'))
  await symlink(join(here, 'node_modules', 'axios'), join(folder, 'node_modules', 'axios'))
  await writeFile(join(folder, 'import.mts'), `import * as cb from '@cb/axios'\nimport axios from 'axios'\n${program}`)
  await writeFile(
    join(folder, 'require.cts'),
    `import cb = require('@cb/axios')\nimport axios = require('axios')\n${program}`,
  )
})

afterAll(() => rm(folder, { recursive: true }))

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

test.each([
  ['import.mts', 'nodenext', 'nodenext'],
  ['import.mts', 'esnext', 'bundler'],
  ['require.cts', 'nodenext', 'nodenext'],
])(
  '%s typechecks with module %s and moduleResolution %s',
  async (file, module, resolution) => {
    const args = ['--noEmit', '--strict', '--target', 'es2022', '--module', module, '--moduleResolution', resolution]
    const check = promisify(execFile)(process.execPath, [compiler, ...args, file], { cwd: folder })
    await expect(check.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' })
  },
  120_000,
)
