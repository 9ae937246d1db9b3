import { libraries } from './libraries.js'
import { scenarios } from './scenarios/index.js'
import { withFakeTime } from './time.js'

/** @typedef {{ verdict: 'pass' | 'fail' | 'not posed', saw: string }} Result */
/** @typedef {{ scenario: import('./scenario.js').Scenario<any>, results: Record<string, Result> }} Row  by column */
/** @typedef {{ name: string, family: import('./libraries.js').Family, module: any }} Column */

/** One for each version of each library. @type {readonly Column[]} */
export const columns = Object.entries(libraries).flatMap(([family, versions]) =>
  versions.map(({ version, module }) => ({
    name: `${family} ${version}`.trim(),
    family: /** @type {import('./libraries.js').Family} */ (family),
    module,
  })),
)

/** Plays every scenario with every library. @returns {Promise<Row[]>} */
export async function judge() {
  const rows = []
  for (const scenario of scenarios) {
    /** @type {Row['results']} */
    const results = {}
    for (const column of columns) results[column.name] = await pose(scenario, column)
    rows.push({ scenario, results })
  }
  return rows
}

/** @param {Row['scenario']} scenario @param {Column} column @returns {Promise<Result>} */
async function pose(scenario, { name, family, module }) {
  const make = /** @type {string | ((lib: any) => any)} */ (scenario.pose[family])
  if (typeof make === 'string') return { verdict: 'not posed', saw: make }
  const play = (/** @type {any} */ time) => scenario.play(() => make(module), time)
  try {
    const saw = await (scenario.realTime ? play(undefined) : withFakeTime(play))
    return saw === null ? { verdict: 'pass', saw: '' } : { verdict: 'fail', saw }
  } catch (error) {
    throw new Error(`scenario ${scenario.id} could not be played with ${name}`, { cause: error })
  }
}
