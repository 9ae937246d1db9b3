import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { majorOf } from './versions.js'

const folder = fileURLToPath(new URL('../results/', import.meta.url))

/**
 * Keeps a run as JSON: what `--write` asked for is what the READMEs show, anything else is only the latest.
 * @param {import('./run.js').Run} run @param {boolean} forReadme
 * @returns {Promise<string>} the file
 */
export async function keep(run, forReadme) {
  const file = `${folder}${forReadme ? '' : 'latest-'}node-${majorOf(run.node)}.json`
  await mkdir(folder, { recursive: true })
  await writeFile(file, `${JSON.stringify(run, fourDigits, 2)}\n`)
  return file
}

/** The runs that the READMEs show, by the line of Node. @returns {Promise<import('./run.js').Run[]>} */
export async function kept() {
  const files = (await readdir(folder)).filter((file) => /^node-\d+\.json$/.test(file)).sort()
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(folder + file, 'utf8'))))
}

/** @param {string} _ @param {unknown} value */
function fourDigits(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
