import { findCase } from './cases/index.js'

/** @typedef {import('./cases/case.js').Group} Group */
/** @typedef {import('./goals.js').Cases} Cases */

/** Rows of cells, the first of which is the head. @typedef {string[][]} Table */

/** @param {number} value @param {number} [digits] */
export function number(value, digits = 0) {
  const text = value.toFixed(digits)
  return Math.abs(value) < 10_000 ? text : text.replace(/\B(?=(\d{3})+(?!\d))/g, ' ')
}

/** Ratios below ten have two meaningful digits. @param {number} ratio */
function ratioText(ratio) {
  return number(ratio, ratio < 10 ? 2 : ratio < 100 ? 1 : 0)
}

/** The results of a group; undefined if none of its cases was measured. @param {Group} group @param {Cases} results */
export function tableOf(group, results) {
  const measured = Object.entries(group.cases).filter(([id]) => results[id] !== undefined)
  if (measured.length === 0) return undefined
  const subjects = [...new Set(measured.flatMap(([, { subjects }]) => subjects))]
  return group.byCase ? byCase(measured, subjects, results) : bySubject(measured, subjects, results)
}

/** The results of all ways, with the titles of their cases. @param {Group} group @param {Cases} results @returns {Table} */
export function partsTable(group, results) {
  const rows = Object.entries(group.cases).flatMap(([id, { title, subjects }]) =>
    subjects.flatMap((name) => {
      const { value, ratio } = results[id]?.[name]?.['ns'] ?? {}
      if (value === undefined || ratio === undefined) return []
      return [[title, name, number(value.median), ratioText(ratio.median)]]
    }),
  )
  return [['', 'way', 'ns', 'ratio'], ...rows]
}

const compared = ['bare', '@cb/core lean', '@cb/core', 'tutorial', 'cockatiel lean', 'opossum lean', 'opossum']

/** One call, in the most used libraries. @param {Cases} results @returns {Table} */
export function comparisonTable(results) {
  const ids = ['success', 'failure', 'rejection']
  const cases = ids.map((id) => /** @type {[string, import('./cases/case.js').Case]} */ ([id, findCase(id)]))
  return byCase(cases, compared, results)
}

/** @param {[string, import('./cases/case.js').Case][]} cases @param {string[]} subjects @param {Cases} results @returns {Table} */
function byCase(cases, subjects, results) {
  const others = subjects.filter((name) => name !== 'wrapper')
  const rows = cases.map(([id, { title, subjects }]) => {
    const wrapper = results[id]?.['wrapper']?.['ns']?.value.median
    const ratios = others.map((name) => {
      const ratio = results[id]?.[name]?.['ns']?.ratio
      if (ratio !== undefined) return ratioText(ratio.median)
      return subjects.includes(name) ? 'crashed' : '–'
    })
    return [title, wrapper === undefined ? '–' : number(wrapper), ...ratios]
  })
  return [['', 'wrapper, ns', ...others], ...rows]
}

/** @param {[string, import('./cases/case.js').Case][]} cases @param {string[]} subjects @param {Cases} results @returns {Table} */
function bySubject(cases, subjects, results) {
  const columns = cases.flatMap(([id, { title, metrics, subjects }]) =>
    Object.entries(metrics).map(([metric, { title: unit, digits, ratio }]) => ({
      head: cases.length === 1 ? unit : `${title}, ${unit}`,
      cell: (/** @type {string} */ name) => {
        const measured = results[id]?.[name]
        const { value, ratio: compared } = measured?.[metric] ?? {}
        if (value === undefined) return measured === null && subjects.includes(name) ? 'crashed' : '–'
        return number(value.median, digits) + (ratio && compared ? ` (${ratioText(compared.median)})` : '')
      },
    })),
  )
  return [
    ['', ...columns.map(({ head }) => head)],
    ...subjects.map((name) => [name, ...columns.map(({ cell }) => cell(name))]),
  ]
}

/** @param {readonly import('./goals.js').GoalResult[]} judged @returns {Table} */
export function goalsTable(judged) {
  const digits = (/** @type {number} */ value) => (Number.isInteger(value) || Math.abs(value) >= 10 ? 0 : 2)
  const rows = judged.map(({ description, wants, measured, met, peer }) => [
    description,
    wants,
    number(measured, digits(measured)),
    met ? 'yes' : '**no**',
    peer === undefined ? '–' : `${number(peer.measured, digits(peer.measured))} (${peer.name})`,
  ])
  return [['', 'goal', 'measured', 'met', 'best other library'], ...rows]
}

/** @param {Table} table */
export function markdown([head = [], ...rows]) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map((_, column) => (column === 0 ? '---|' : '--:|')).join('')}`, ...rows.map(line)].join(
    '\n',
  )
}

/** For a terminal. @param {Table} table */
export function columns(table) {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return table.map((row) => row.map(pad).join('  ')).join('\n')
}
