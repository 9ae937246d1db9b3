import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { comparison, goalsReport, partsReport } from './report.js'

/** @typedef {import('./run.js').Run} Run */

const begin = '<!-- benchmark: written by `pnpm bench --write` -->'
const end = '<!-- end of benchmark -->'

/** The text that `pnpm bench --write` puts between the markers of each file. @type {Record<string, (run: Run) => string>} */
const reports = {
  '../README.md': goalsReport,
  '../NOTES.md': partsReport,
  '../../../packages/core/README.md': comparison,
}

/** A README with `text` between its markers; undefined if it has none. @param {string} readme @param {string} text */
export function withText(readme, text) {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) return undefined
  return `${readme.slice(0, from)}${begin}\n\n${text}\n\n${readme.slice(to)}`
}

/** The rows of the table between the markers, without its head. @param {string} readme @returns {string[][]} */
export function rowsOf(readme) {
  const between = readme.slice(readme.indexOf(begin), readme.indexOf(end))
  const lines = between.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '))
}

/** Writes the tables of a run. @param {Run} run @returns {Promise<string[]>} the files written */
export async function writeReadmes(run) {
  return Promise.all(
    Object.entries(reports).map(async ([path, report]) => {
      const file = fileURLToPath(new URL(path, import.meta.url))
      const readme = withText(await readFile(file, 'utf8'), report(run))
      if (readme === undefined) throw new Error(`${file} has no place for the tables of the benchmark`)
      await writeFile(file, readme)
      return file
    }),
  )
}
