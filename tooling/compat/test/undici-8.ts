import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const spec = 'undici@8.12.4'
const home = fileURLToPath(new URL(`../node_modules/.cache/${spec}`, import.meta.url))

/** Of the package. It can't be a dependency here: it needs Node.js 22. */
export const folder: string = join(home, 'node_modules', 'undici')

/** Installs it, once per version. */
export async function install(run: (file: string, args: string[], cwd: string) => Promise<string>): Promise<void> {
  if (existsSync(folder)) return
  await mkdir(home, { recursive: true })
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', '--loglevel=error', spec], home)
}
