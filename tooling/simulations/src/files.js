import { fileURLToPath } from 'node:url'
import { svg } from './plot.js'
import { table } from './table.js'

/** @typedef {import('./play.js').Play} Play */

const begin = '<!-- results: written by `pnpm start --write` -->'
const end = '<!-- end of results -->'

export const readmeFile = fileURLToPath(new URL('../README.md', import.meta.url))
export const plotsFolder = fileURLToPath(new URL('../plots/', import.meta.url))

/** The plots, by file name. @param {readonly Play[]} plays */
export function plots(plays) {
  return new Map(plays.map((play) => [`${play.scenario.id}.svg`, svg(play)]))
}

/** The README with these results between its markers. @param {string} readme @param {readonly Play[]} plays */
export function withResults(readme, plays) {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error('README.md has no markers')
  const results = [begin, ...plays.map(section), end].join('\n\n')
  return readme.slice(0, from) + results + readme.slice(to + end.length)
}

/** @param {Play} play */
function section(play) {
  const { id, title, story, lesson } = play.scenario
  return [`## ${title}`, story, table(play), `![${title}: calls per second](plots/${id}.svg)`, lesson].join('\n\n')
}
