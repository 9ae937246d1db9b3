import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const chromiumMissing = 'chromium is missing: apt-get install -y chromium (or set CHROMIUM_PATH)'

/** Where Chromium is: `CHROMIUM_PATH`, or the first one on `PATH`. */
export function chromiumPath(): string | undefined {
  if (process.env['CHROMIUM_PATH']) return process.env['CHROMIUM_PATH']
  const folders = process.env['PATH']?.split(delimiter) ?? []
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path))
}
