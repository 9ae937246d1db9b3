import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumMissing, chromiumPath, listen } from '@cb/test-kit'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engine, run } from '../src/index.ts'

const expected =
  '42 closed, down closed, down open, ECIRCUITOPEN open, half-open, 42 closed, ECALLTIMEOUT, ECALLTIMEOUT'

let site: string

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  await cp(new URL('.', import.meta.resolve('@cb/core')), join(site, 'core'), { recursive: true })
  await cp(fileURLToPath(new URL('runtimes-scenario.js', import.meta.url)), join(site, 'scenario.js'))
  await writeFile(join(site, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(site, 'main.js'),
    `import * as core from './core/index.js'
     import { scenario } from './scenario.js'
     console.log(await scenario(core))`,
  )
})

afterAll(() => rm(site, { recursive: true, force: true }))

test('a breaker opens and recovers on Node.js 20', async () => {
  expect(await run(process.execPath, ['main.js'], site)).toBe(expected)
})

test('a breaker opens and recovers on Node.js 22', async () => {
  expect(await run(await engine('node22'), ['main.js'], site)).toBe(expected)
})

test('a breaker opens and recovers on Node.js 24', async () => {
  expect(await run(await engine('node24'), ['main.js'], site)).toBe(expected)
})

test('a breaker opens and recovers on Bun', async () => {
  expect(await run(await engine('bun'), ['--no-install', 'main.js'], site)).toBe(expected)
})

test('a breaker opens and recovers on Deno', async () => {
  expect(await run(await engine('deno'), ['run', '--quiet', '--no-lock', '--no-config', 'main.js'], site)).toBe(
    expected,
  )
})

test('a breaker opens and recovers at the edge, on workerd', async () => {
  const files = (await readdir(join(site, 'core'))).filter((file) => file.endsWith('.js'))
  const modules = ['worker.js', 'scenario.js', ...files.map((file) => `core/${file}`)]
  await writeFile(
    join(site, 'worker.js'),
    `import * as core from './core/index.js'
     import { scenario } from './scenario.js'
     export default { test: async () => console.log(await scenario(core)) }`,
  )
  await writeFile(
    join(site, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
     const worker :Workerd.Worker = (
       compatibilityDate = "2026-01-01",
       modules = [${modules.map((file) => `(name = "${file}", esModule = embed "${file}")`)}],
     );`,
  )
  expect(await run(await engine('workerd'), ['test', 'worker.capnp'], site)).toBe(expected)
})

test('a breaker opens and recovers in a browser', async ({ skip }) => {
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    if (process.env['CI']) throw new Error(chromiumMissing)
    console.warn(chromiumMissing)
    return skip(chromiumMissing)
  }
  const server = await listen(async ({ url = '/' }, response) => {
    const html = url === '/'
    response.setHeader('content-type', html ? 'text/html' : 'text/javascript')
    response.end(html ? '<!doctype html>' : await readFile(join(site, url)).catch(() => ''))
  })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(server.origin)
    const seen = await page.evaluate(`
      Promise.all([import('/core/index.js'), import('/scenario.js')]).then(([core, { scenario }]) => scenario(core))
    `)
    expect(seen).toBe(expected)
  } finally {
    await browser.close()
    await server.close()
  }
})
