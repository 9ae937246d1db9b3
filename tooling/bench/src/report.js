import { forNotes, groups } from './cases/index.js'
import { judge } from './goals.js'
import { columns, goalsTable, markdown, tableOf, tablesByCase } from './tables.js'

/** @typedef {import('./run.js').Run} Run */

/** A run in Markdown: what the README shows. @param {Run} run */
export function report(run) {
  const judged = judge(run.cases)
  return [
    provenance(run),
    '### Goals',
    markdown(goalsTable(judged)),
    ...groups.flatMap((group) => {
      const table = tableOf(group, run.cases)
      return table === undefined ? [] : [`### ${group.title}`, group.says, markdown(table)]
    }),
    '### Configurations',
    markdown([['', 'configuration'], ...Object.entries(run.configurations).map(([name, says]) => [name, code(says)])]),
  ].join('\n\n')
}

/** What the parts of a call cost. @param {Run} run */
export function partsReport(run) {
  return [provenance(run), forNotes.says, ...tablesByCase(forNotes, run.cases).map(markdown)].join('\n\n')
}

/** The lines of a run that matter to who chooses a library. @param {Run} run */
export function summary(run) {
  const names = [
    'bare',
    'wrapper',
    '@cb/core lean',
    '@cb/core',
    'tutorial',
    'cockatiel lean',
    'opossum lean',
    'opossum',
  ]
  const [calls] = groups
  const table = calls && tableOf({ ...calls, cases: pick(calls.cases, ['success', 'failure', 'rejection']) }, run.cases)
  const kept = (table?.[0] ?? []).map((head, column) => column < 2 || names.includes(head))
  const narrow = table?.map((row) => row.filter((_, column) => kept[column])) ?? []
  return [
    `${provenance(run)} Ratios to the wrapper: ${code(String(run.configurations['wrapper']))}.`,
    markdown(narrow),
  ].join('\n\n')
}

/** The same for a terminal. @param {Run} run */
export function printed(run) {
  const judged = judge(run.cases)
  return [
    provenance(run),
    Object.entries(run.configurations)
      .map(([name, says]) => `${name.padEnd(32)}${says}`)
      .join('\n'),
    ...groups.flatMap((group) => {
      const table = tableOf(group, run.cases)
      return table === undefined ? [] : [`${group.title}\n${group.says}\n`, columns(table)]
    }),
    ...tablesByCase(forNotes, run.cases).map(columns),
    ...(judged.length === 0 ? [] : [`Goals\n\n${columns(goalsTable(judged))}`]),
  ].join('\n\n')
}

/** @param {Run} run */
function provenance({ node, machine, on, quick, effort, versions }) {
  const libraries = Object.entries(versions).map(([library, version]) => `${library} ${version}`)
  const rounds = `medians of up to ${effort.rounds} rounds of ${effort.roundMs} ms`
  return `Node ${node} on ${machine}, ${on}; ${libraries.join(', ')}; ${rounds}${quick ? ', a quick run' : ''}.`
}

/** @param {string} text */
const code = (text) => `\`${text.replaceAll('|', '\\|')}\``

/** @template T @param {Record<string, T>} from @param {readonly string[]} keys @returns {Record<string, T>} */
function pick(from, keys) {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)))
}
