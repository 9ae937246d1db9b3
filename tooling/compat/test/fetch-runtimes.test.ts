import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dependency, dependency } from '@cb/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engine, run } from '../src/index.ts'

const expected = [
  ...['text', 'invalid json', 'invalid form', 'reader', 'loop', 'pipe', 'clone', 'unread', 'cancelled'].map(
    (it) => `${it}: success`,
  ),
  'reader cancelled: ignored',
  ...['cut text', 'cut form', 'cut reader', 'cut loop', '503', 'reset'].map((it) => `${it}: failure`),
  ...['call timeout: failure', 'call timeout in the body: failure', 'abort: ignored', 'timeout: failure'],
  ...['bad header', 'bad body', 'endless redirect'].map((it) => `${it}: ignored`),
  ...['silent text', 'silent loop'].map((it) => `${it}: failure`),
  ...['text', 'json', 'a reader', 'a loop', 'a clone'].map((it) => `body of ${it}: failure`),
  'body too long: success',
]

let service: Dependency
let site: string

beforeAll(async () => {
  service = await dependency()
  site = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  const dist = new URL('.', import.meta.resolve('@cb/fetch'))
  await cp(new URL('.', import.meta.resolve('@cb/core')), join(site, 'core'), { recursive: true })
  await cp(new URL('fetch-scenario.js', import.meta.url), join(site, 'scenario.js'))
  for (const name of (await readdir(dist)).filter((it) => it.endsWith('.js'))) {
    const code = await readFile(new URL(name, dist), 'utf8')
    await writeFile(join(site, name), code.replaceAll('"@cb/core"', '"./core/index.js"'))
  }
  await writeFile(join(site, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(site, 'main.js'),
    `import * as adapter from './index.js'
     import { scenario } from './scenario.js'
     console.log(JSON.stringify(await scenario(adapter, '${service.origin}')))
     globalThis.process?.exit()`,
  )
})

afterAll(async () => {
  await service.close()
  await rm(site, { recursive: true, force: true })
})

const deno = ['run', '--quiet', '--no-lock', '--no-config', '--allow-net']

test.each<[string, () => string | Promise<string>, readonly string[]]>([
  ['Node.js 20', () => process.execPath, []],
  ['Node.js 22', () => engine('node22'), []],
  ['Node.js 24', () => engine('node24'), []],
  ['Bun', () => engine('bun'), ['--no-install']],
  ['Deno', () => engine('deno'), deno],
])('a request counts the same on %s, however it ends', async (_name, command, options) => {
  expect(JSON.parse(await run(await command(), [...options, 'main.js'], site))).toEqual(expected)
})
