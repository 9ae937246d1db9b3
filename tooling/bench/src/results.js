import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { majorOf } from './versions.js'

const folder = fileURLToPath(new URL('../results/', import.meta.url))

/** Writes a run as JSON, for this machine only: Git ignores the folder. @param {import('./run.js').Run} run @returns {Promise<string>} the file */
export async function keep(run) {
  const file = `${folder}node-${majorOf(run.node)}.json`
  await mkdir(folder, { recursive: true })
  await writeFile(file, `${JSON.stringify(run, fourDigits, 2)}\n`)
  return file
}

/** @param {string} _ @param {unknown} value */
function fourDigits(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
