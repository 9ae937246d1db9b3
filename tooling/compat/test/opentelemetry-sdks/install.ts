import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../src/index.ts'

const cache = fileURLToPath(new URL('../../node_modules/.cache/opentelemetry-sdks/', import.meta.url))
const packages = fileURLToPath(new URL('../../../../packages/', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

/** Creates the folder of an application, with packages from the registry, cached per machine, and the builds of this workspace. */
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

/** Outside of the workspace, because SDK 3 requires a newer Node than 20 and prints a warning at every install. */
async function install(dependencies: Readonly<Record<string, string>>, home: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${home}-`)
  try {
    await writeFile(join(fresh, 'package.json'), JSON.stringify({ private: true, dependencies }))
    // The 2.x line excludes API 1.10, but applications use it anyway.
    await run('npm', ['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'], fresh)
    await rename(fresh, home).catch((error) => {
      // Another test run was faster: use its copy.
      if (!existsSync(home)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}
