import { fileURLToPath } from 'node:url'
import { legend, summary, table } from './table.js'

export const readmeFile = fileURLToPath(new URL('../README.md', import.meta.url))

const begin = '<!-- results: written by `pnpm start --write` -->'
const end = '<!-- end of results -->'

/** The README with these results between its markers. @param {string} readme @param {readonly import('./results.js').Row[]} rows */
export function withResults(readme, rows) {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error('README.md has no markers')
  const results = [begin, table(rows), summary(rows), legend(rows), end].join('\n\n')
  return readme.slice(0, from) + results + readme.slice(to + end.length)
}
