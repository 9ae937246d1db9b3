import { libraries } from './libraries.js'

/** @typedef {import('./judge.js').Row} Row */
/** @typedef {import('./judge.js').Result} Result */

const families = Object.entries(libraries).map(([name, versions]) => ({
  name,
  columns: versions.map(({ version }) => ({ version, key: `${name} ${version}`.trim() })),
}))

/** The results in Markdown: a column for each library, with its versions apart only where they differ. @param {readonly Row[]} rows */
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
  return [`| # | what must hold | ${heads.join(' | ')} |`, `|---|---|${'---|'.repeat(heads.length)}`, ...lines].join(
    '\n',
  )
}

/** @param {Result | undefined} result */
function cell(result) {
  if (result === undefined) throw new Error('a result is missing')
  if (result.verdict === 'pass') return 'pass'
  return result.verdict === 'fail' ? `**fail**: ${result.saw}` : `–: ${result.saw}`
}

/** What a user sees where a scenario fails, and how it is posed. @param {readonly Row[]} rows */
export function legend(rows) {
  return rows.map(({ scenario: { id, sees, posed } }) => `- **${id}** Seen: ${sees}.  \n  Posed: ${posed}.`).join('\n')
}

/** What happened, in one sentence. @param {readonly Row[]} rows */
export function summary(rows) {
  const scores = families
    .flatMap(({ columns }) => columns)
    .map(({ key }) => {
      const verdicts = rows.map(({ results }) => results[key]?.verdict).filter((verdict) => verdict !== 'not posed')
      const passes = verdicts.filter((verdict) => verdict === 'pass').length
      return `${key} passes ${passes} of ${verdicts.length}`
    })
  return `Of the scenarios that can be posed to it, ${scores.join(', ')}.`
}
