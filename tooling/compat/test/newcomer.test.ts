import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listen } from '@cb/test-kit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { run } from '../src/index.ts'
import { firstProgram } from './first-program.ts'
import { packAll, packages, type Tarballs } from './tarballs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

let folder: string
let tarballs: Tarballs

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-newcomer-'))
  tarballs = await packAll(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** A project in an empty home folder, as far as a README leads: npm knows no more than where its registry is. */
async function followed(readme: string): Promise<{ project: string; file: string; env: NodeJS.ProcessEnv }> {
  const { dependencies, file, code } = firstProgram(readme)
  const home = await mkdtemp(join(folder, 'home-'))
  const project = join(home, 'first-project')
  await mkdir(project)
  const registry = await run('npm', ['config', 'get', 'registry'], project)
  const env = { PATH: process.env['PATH'], HOME: home, USERPROFILE: home, npm_config_registry: registry }
  await run('npm', ['init', '-y'], project, env)
  const ours = new Map(packages.map((name) => [`@cb/${name}`, tarballs[name]]))
  const specs = dependencies.map((name) => ours.get(name) ?? name)
  await run('npm', ['install', ...specs], project, env)
  await writeFile(join(project, file), code)
  return { project, file, env }
}

const readmes = packages.map((name) => [`packages/${name}/README.md`]).concat([['README.md']])
const needsMore = ['packages/redis/README.md', 'packages/dashboard/README.md']

test.each(readmes.filter(([readme]) => !needsMore.includes(readme as string)))(
  'who follows %s from an empty folder sees what it says',
  async (readme) => {
    const { prints, amongOthers } = firstProgram(join(root, readme))
    const { project, file, env } = await followed(join(root, readme))
    const lines = (await run(process.execPath, [file], project, env)).split('\n')
    expect(prints).not.toEqual([])
    expect(amongOthers ? lines.filter((line) => prints.includes(line)) : lines).toEqual(prints)
  },
)

test.each([['packages/core/README.md'], ['README.md']])(
  'the first program of %s is strict TypeScript too',
  async (readme) => {
    const { project, file, env } = await followed(join(root, readme))
    const typed = file.replace(/mjs$/, 'mts')
    await rename(join(project, file), join(project, typed))
    const tsc = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
    await run(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', typed], project, env)
  },
)

test('who follows packages/redis/README.md from an empty folder, with a Redis at hand, sees what it says', async () => {
  const { code, prints } = firstProgram(join(root, 'packages/redis/README.md'))
  const { project, file, env } = await followed(join(root, 'packages/redis/README.md'))
  const port = await freePort()
  const redis = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''], { cwd: project })
  onTestFinished(() => void redis.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    redis.once('error', reject)
    redis.stdout.on('data', (text) => `${text}`.includes('Ready to accept connections') && resolve())
  })
  await writeFile(join(project, file), code.replaceAll('createClient()', `createClient({ socket: { port: ${port} } })`))
  expect((await run(process.execPath, [file], project, env)).split('\n')).toEqual(prints)
})

test('who follows packages/dashboard/README.md from an empty folder sees the page', async () => {
  const { code } = firstProgram(join(root, 'packages/dashboard/README.md'))
  const { project, file, env } = await followed(join(root, 'packages/dashboard/README.md'))
  const port = await freePort()
  await writeFile(join(project, file), code.replace('3000', `${port}`))
  const program = spawn(process.execPath, [file], { cwd: project, env, stdio: ['ignore', 'inherit', 'pipe'] })
  onTestFinished(() => void program.kill())
  let [errors, page] = ['', '']
  program.stderr.on('data', (text) => {
    errors += text
  })
  while (page === '' && program.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const response = await fetch(`http://127.0.0.1:${port}/breakers`).catch(() => undefined)
    page = (await response?.text()) ?? ''
  }
  expect(errors).toBe('')
  expect(page).toContain('<title>Circuit breakers</title>')
})

async function freePort(): Promise<number> {
  const { port, close } = await listen(() => {})
  await close()
  return port
}
