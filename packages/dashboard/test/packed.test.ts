import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../', import.meta.url))
// Inside the package, so that core is found.
const home = `${folder}reports/packed/`

beforeAll(async () => {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(`${home}node_modules/@cb/dashboard`, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], {
    cwd: folder,
  })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['-xzf', `${home}${filename}`, '-C', `${home}node_modules/@cb/dashboard`, '--strip-components=1'])
})

const program = `
  const server = createServer(dashboard({ registry: new CircuitBreakerRegistry() }))
  server.listen(0, '127.0.0.1', async () => {
    const origin = 'http://127.0.0.1:' + server.address().port
    const page = await (await fetch(origin)).text()
    const statuses = []
    for (const [, path] of page.matchAll(/(?:src|href)="\\.([^"]+)"/g)) statuses.push((await fetch(origin + path)).status)
    console.log(page.includes('Circuit breakers'), statuses.join())
    server.close()
  })`

test.each([
  [
    'import',
    'module',
    "import { createServer } from 'node:http'; import { CircuitBreakerRegistry } from '@cb/core'; import { dashboard } from '@cb/dashboard'",
  ],
  [
    'require',
    'commonjs',
    "const { createServer } = require('node:http'); const { CircuitBreakerRegistry } = require('@cb/core'); const { dashboard } = require('@cb/dashboard')",
  ],
])('the package as it is published serves its page, by %s', async (_how, type, head) => {
  const args = [`--input-type=${type}`, '--eval', `${head}\n${program}`]
  const { stdout, stderr } = await run(process.execPath, args, { cwd: home })
  expect([stdout, stderr]).toEqual(['true 200,200,200\n', ''])
})

test('the pictures of its README are in the package', () => {
  const packed = `${home}node_modules/@cb/dashboard/`
  const pictures = [...readFileSync(`${packed}README.md`, 'utf8').matchAll(/!\[.+?\]\((.+?)\)/g)].map(
    ([, path]) => path,
  )
  expect(pictures).not.toEqual([])
  expect(pictures.filter((path) => !existsSync(`${packed}${path}`))).toEqual([])
})

test('the licences of what the page bundles are in the package', () => {
  const licences = readFileSync(`${home}node_modules/@cb/dashboard/dist/page/third-party.md`, 'utf8')
  expect([...licences.matchAll(/^## (\S+) - \S+ \((\S+)\)$/gm)].map(([, name, licence]) => [name, licence])).toEqual([
    ['@preact/signals-core', 'MIT'],
    ['@preact/signals', 'MIT'],
    ['preact', 'MIT'],
  ])
})
