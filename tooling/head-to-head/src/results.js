import { libraries } from './libraries.js'
import { scenarios } from './scenarios/index.js'
import { withFakeTime } from './time.js'

/** @typedef {{ status: 'pass' | 'fail' | 'not applicable', finding: string }} Result */
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
export async function playAll() {
  const rows = []
  for (const scenario of scenarios) {
    /** @type {Row['results']} */
    const results = {}
    for (const column of columns) results[column.name] = await play(scenario, column)
    rows.push({ scenario, results })
  }
  return rows
}

/** @param {Row['scenario']} scenario @param {Column} column @returns {Promise<Result>} */
async function play(scenario, { name, family, module }) {
  const create = /** @type {string | ((lib: any) => any)} */ (scenario.breakers[family])
  if (typeof create === 'string') return { status: 'not applicable', finding: create }
  const played = (/** @type {any} */ time) => scenario.play(() => create(module), time)
  try {
    const finding = await (scenario.realTime ? played(undefined) : withFakeTime(played))
    return finding === null ? { status: 'pass', finding: '' } : { status: 'fail', finding }
  } catch (error) {
    throw new Error(`scenario ${scenario.id} could not be played with ${name}`, { cause: error })
  }
}
