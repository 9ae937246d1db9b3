import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../src/index.ts'

export const packages: readonly string[] = ['core', 'axios', 'fetch', 'express', 'opentelemetry']

/** Packs one of our packages, as `pnpm publish` would, and answers where the tarball is. */
export async function pack(name: string, folder: string): Promise<string> {
  const destination = join(folder, name)
  await mkdir(destination)
  const source = fileURLToPath(new URL(`../../../packages/${name}`, import.meta.url))
  await run('pnpm', ['pack', '--pack-destination', destination], source)
  const [tarball] = await readdir(destination)
  return join(destination, tarball as string)
}
