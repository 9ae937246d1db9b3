import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

const versions = {
  node22: 'node@22.23.3',
  node24: 'node@24.21.0',
  bun: 'bun@1.4.5',
  deno: 'deno@2.9.6',
  workerd: 'workerd@1.20261117.1',
} as const

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))

/** Installs a JavaScript engine from npm, once per machine and version, and answers the path of its executable. */
export async function engine(engine: keyof typeof versions): Promise<string> {
  const spec = versions[engine]
  const [name, version] = spec.split('@') as [string, string]
  const home = join(cache, spec)
  if (!existsSync(home)) await install(name, version, home)
  return join(home, 'node_modules', '.bin', name)
}

async function install(name: string, version: string, home: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${home}-`)
  try {
    const manifest = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } }
    await writeFile(join(fresh, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], fresh)
    await rename(fresh, home).catch((error) => {
      // Another test run was faster: its copy serves as well.
      if (!existsSync(home)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}
