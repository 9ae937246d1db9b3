import { libraries } from './libraries.js'

/** @typedef {import('./results.js').Row} Row */
/** @typedef {import('./results.js').Result} Result */

const families = Object.entries(libraries).map(([name, versions]) => ({
  name,
  columns: versions.map(({ version }) => ({ version, key: `${name} ${version}`.trim() })),
}))

/** The results in Markdown: a column for each library, with its versions listed separately only where they differ. @param {readonly Row[]} rows */
export function table(rows) {
  const heads = families.map(({ name, columns }) =>
    `${name} ${columns.map(({ version }) => version).join(', ')}`.trim(),
  )
  const lines = rows.map(({ scenario, results }) => {
    const cells = families.map(({ columns }) => {
      const texts = columns.map(({ version, key }) => ({ version, text: cell(results[key]) }))
      const same = texts.every(({ text }) => text === texts[0]?.text)
      return same ? texts[0]?.text : texts.map(({ version, text }) => `${version} ${text}`).join('; ')
    })
    return `| ${[scenario.id, scenario.title, ...cells].join(' | ')} |`
  })
  return [
    `| # | expected behaviour | ${heads.join(' | ')} |`,
    `|---|---|${'---|'.repeat(heads.length)}`,
    ...lines,
  ].join('\n')
}

/** @param {Result | undefined} result */
function cell(result) {
  if (result === undefined) throw new Error('a result is missing')
  if (result.status === 'pass') return 'pass'
  return result.status === 'fail' ? `**fail**: ${result.finding}` : `–: ${result.finding}`
}

/** What a user sees when a scenario fails, and its setup. @param {readonly Row[]} rows */
export function legend(rows) {
  return rows
    .map(({ scenario: { id, symptom, setup } }) => `- **${id}** Symptom: ${symptom}.  \n  Setup: ${setup}.`)
    .join('\n')
}

/** The results in one sentence. @param {readonly Row[]} rows */
export function summary(rows) {
  const scores = families
    .flatMap(({ columns }) => columns)
    .map(({ key }) => {
      const statuses = rows.map(({ results }) => results[key]?.status).filter((status) => status !== 'not applicable')
      const passes = statuses.filter((status) => status === 'pass').length
      return `${key} passes ${passes} of ${statuses.length}`
    })
  return `Of the scenarios that apply to it, ${scores.join(', ')}.`
}
