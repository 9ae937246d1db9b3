import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../src/index.ts'

export const packages = ['core', 'axios', 'fetch', 'express', 'opentelemetry', 'dashboard', 'redis'] as const

export type Tarballs = Readonly<Record<(typeof packages)[number], string>>

/** Packs our packages, as `pnpm publish` would, and answers where the tarballs are. */
export async function packAll(folder: string): Promise<Tarballs> {
  const packed = packages.map(async (name) => [name, await pack(name, folder)])
  return Object.fromEntries(await Promise.all(packed))
}

async function pack(name: string, folder: string): Promise<string> {
  const destination = join(folder, name)
  await mkdir(destination)
  const source = fileURLToPath(new URL(`../../../packages/${name}`, import.meta.url))
  await run('pnpm', ['pack', '--pack-destination', destination], source)
  const [tarball] = await readdir(destination)
  return join(destination, tarball as string)
}

/** Installs tarballs and packages of the npm registry into a project. */
export async function install(project: string, specs: readonly string[]): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...specs], project)
}
