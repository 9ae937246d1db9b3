import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { partsReport, report, summary } from './report.js'

/** @typedef {import('./run.js').Run} Run */

const begin = '<!-- benchmark: written by `pnpm bench --write` -->'
const end = '<!-- end of benchmark -->'

/** Which file shows what. */
export const readmes = [
  {
    file: fileURLToPath(new URL('../README.md', import.meta.url)),
    show: (/** @type {readonly Run[]} */ runs) =>
      runs.map((run) => `## Node ${run.node.split('.')[0]}\n\n${report(run)}`).join('\n\n'),
  },
  {
    file: fileURLToPath(new URL('../NOTES.md', import.meta.url)),
    show: (/** @type {readonly Run[]} */ runs) => (runs[0] === undefined ? '' : partsReport(runs[0])),
  },
  {
    file: fileURLToPath(new URL('../../../packages/core/README.md', import.meta.url)),
    show: (/** @type {readonly Run[]} */ runs) => (runs[0] === undefined ? '' : summary(runs[0])),
  },
]

/** A README with `text` between its markers; undefined if it has none. @param {string} readme @param {string} text */
export function withText(readme, text) {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) return undefined
  return `${readme.slice(0, from)}${begin}\n\n${text}\n\n${readme.slice(to)}`
}

/** Writes the tables of these runs. @param {readonly Run[]} runs @returns {Promise<string[]>} the files written */
export async function writeReadmes(runs) {
  const written = []
  for (const { file, show } of readmes) {
    const readme = withText(await readFile(file, 'utf8'), show(runs))
    if (readme === undefined) continue
    await writeFile(file, readme)
    written.push(file)
  }
  return written
}
