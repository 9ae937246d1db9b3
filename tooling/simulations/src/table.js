/** @typedef {import('./play.js').Play} Play */
/** @typedef {import('./measurement.js').Result} Result */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** @param {readonly number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** @type {Readonly<Record<string, (results: readonly Result[]) => string>>} */
const columns = {
  'admitted during the fault, calls/s': (results) =>
    tenths.format(mean(results.map(({ reachedInFault }) => reachedInFault))),
  'recovery after the fault, s': (results) => seconds(results.flatMap(({ recoveries }) => recoveries)),
  'good calls rejected': (results) => whole.format(mean(results.map(({ goodRejected }) => goodRejected))),
  'waited for failures, s': (results) => whole.format(mean(results.map(({ waited }) => waited / 1_000))),
  'most callers waiting': (results) => whole.format(Math.max(...results.map(({ mostWaiting }) => mostWaiting))),
  answered: (results) =>
    `${tenths.format(mean(results.map(({ answered, failed, rejected }) => (100 * answered) / (answered + failed + rejected))))} %`,
}

/** @param {readonly number[]} durations  shown as their median and range */
function seconds(durations) {
  const sorted = durations.toSorted((a, b) => a - b)
  const text = (/** @type {number | undefined} */ duration = 0) =>
    duration === Number.POSITIVE_INFINITY ? 'never' : tenths.format(duration / 1_000)
  const [from, median, to] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map(text)
  return from === to ? `${median}` : `${median} (${from} to ${to})`
}

/** The results in Markdown. @param {Play} play */
export function table({ rows }) {
  const relapses = rows.some(({ results }) => results.some((result) => result.relapses !== undefined))
  const all = {
    ...columns,
    ...(relapses && {
      relapses: (/** @type {readonly Result[]} */ results) =>
        tenths.format(mean(results.map((result) => result.relapses ?? 0))),
    }),
  }
  const lines = rows.map(({ policy, results }) => {
    const name = policy.name === 'no breaker' ? policy.name : `\`${policy.name}\``
    return `| ${[name, ...Object.values(all).map((cell) => cell(results))].join(' | ')} |`
  })
  const heads = Object.keys(all)
  return [`| policy | ${heads.join(' | ')} |`, `|---|${'---:|'.repeat(heads.length)}`, ...lines].join('\n')
}
