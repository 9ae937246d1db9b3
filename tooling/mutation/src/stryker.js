import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cache } from './paths.js'
import { run } from './run.js'

/** The last line that runs on Node 20. */
const version = '9.6.1'
const home = join(cache, `stryker@${version}`)

export const strykerPlugin = pathToFileURL(
  join(home, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js'),
).href

/** Installs Stryker from npm, once, and answers the path of its program: 167 packages that nothing else needs. */
export async function stryker() {
  if (!existsSync(home)) await install()
  await linkVitest()
  return join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js')
}

async function install() {
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${home}-`)
  try {
    const dependencies = { '@stryker-mutator/core': version, '@stryker-mutator/vitest-runner': version }
    await writeFile(join(fresh, 'package.json'), JSON.stringify({ private: true, dependencies }))
    const quietly = ['--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', '--legacy-peer-deps', '--ignore-scripts', ...quietly], fresh)
    await rename(fresh, home)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/** Its vitest has to be the very one that the tests import. */
async function linkVitest() {
  const link = join(home, 'node_modules/vitest')
  await rm(link, { recursive: true, force: true })
  await symlink(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), link, 'junction')
}
