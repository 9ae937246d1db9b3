import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../src/index.ts'

const cache = fileURLToPath(new URL('../../node_modules/.cache/opentelemetry-sdks/', import.meta.url))
const packages = fileURLToPath(new URL('../../../../packages/', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

/** An application's folder: packages of OpenTelemetry from the registry, once per machine, and what was built here. */
export async function application(dependencies: Readonly<Record<string, string>>): Promise<string> {
  const home = join(cache, Object.values(dependencies).join('_'))
  if (!existsSync(home)) await install(dependencies, home)
  const folder = await mkdtemp(join(home, 'app-'))
  for (const name of ['core', 'opentelemetry']) {
    const target = join(folder, 'node_modules/@cb', name)
    await cp(join(packages, name, 'dist'), join(target, 'dist'), { recursive: true })
    await cp(join(packages, name, 'package.json'), join(target, 'package.json'))
  }
  await cp(here, folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  return folder
}

/** Apart from the workspace: SDK 3 wants a newer Node than 20, and says so to everybody who installs it. */
async function install(dependencies: Readonly<Record<string, string>>, home: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${home}-`)
  try {
    await writeFile(join(fresh, 'package.json'), JSON.stringify({ private: true, dependencies }))
    // The 2.x line forbids API 1.10, and applications have it all the same.
    await run('npm', ['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'], fresh)
    await rename(fresh, home).catch((error) => {
      // Another test run was faster: its copy serves as well.
      if (!existsSync(home)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}
