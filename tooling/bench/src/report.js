import { forNotes, groups } from './cases/index.js'
import { judge } from './goals.js'
import { columns, comparisonTable, goalsTable, markdown, partsTable, tableOf } from './tables.js'

/** @typedef {import('./run.js').Run} Run */

/** For the README of the benchmark: the goals. @param {Run} run */
export function goalsReport(run) {
  return [provenance(run), markdown(goalsTable(judge(run)))].join('\n\n')
}

/** For the notes: the cost of each part of a call. @param {Run} run */
export function partsReport(run) {
  return [provenance(run), forNotes.description, markdown(partsTable(forNotes, run.cases))].join('\n\n')
}

/** For the README of core: a comparison with other libraries. @param {Run} run */
export function comparison(run) {
  const wrapper = `Ratios to the wrapper, \`${run.configurations['wrapper']}\`.`
  return [`${provenance(run)} ${wrapper}`, markdown(comparisonTable(run.cases))].join('\n\n')
}

/** Everything, for a terminal. @param {Run} run */
export function printed(run) {
  const judged = judge(run)
  return [
    provenance(run),
    columns(Object.entries(run.configurations)),
    ...[...groups, forNotes].flatMap((group) => {
      const table = group === forNotes ? partsTable(group, run.cases) : tableOf(group, run.cases)
      return table === undefined || table.length < 2 ? [] : [`${group.title}\n${group.description}\n`, columns(table)]
    }),
    ...(judged.length === 0 ? [] : [`Goals\n\n${columns(goalsTable(judged))}`]),
  ].join('\n\n')
}

/** @param {Run} run */
function provenance({ node, machine, on, quick, effort, versions }) {
  const libraries = Object.entries(versions).map(([library, version]) => `${library} ${version}`)
  const rounds = `medians of up to ${effort.rounds} rounds of ${effort.roundMs} ms`
  return `Node ${node} on ${machine}, ${on}; ${libraries.join(', ')}; ${rounds}${quick ? ', a quick run' : ''}.`
}
