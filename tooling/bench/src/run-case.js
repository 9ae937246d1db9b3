import { spread } from './statistics.js'
import { SubjectHandle } from './subject-handle.js'

/** @typedef {{ value: import('./statistics.js').Spread, ratio?: import('./statistics.js').Spread }} Measured */
/** @typedef {Record<string, Record<string, Measured> | null>} CaseResult  by subject and metric; null: its process crashed */
/** @typedef {{ rounds: number, roundMs: number, budgetMs: number, node: string }} Effort */

/**
 * Measures the subjects of a case in turns: a round of each, then the next round, beginning with another. A machine that slows
 * down slows all of them. Ratios are taken within a round.
 * @param {string} id @param {import('./cases/case.js').Case} chosen @param {Effort} effort
 * @returns {Promise<CaseResult>}
 */
export async function runCase(id, chosen, { rounds, roundMs, budgetMs, node }) {
  const how = { roundMs, node, flags: chosen.flags ?? [] }
  const processes = chosen.subjects.map((name) => new SubjectHandle(id, name, how))
  try {
    await Promise.all(processes.map((subject) => subject.ready))
    /** @type {Record<string, import('./cases/case.js').Numbers>[]} */
    const seen = []
    const until = performance.now() + budgetMs
    const wanted = Math.min(rounds, chosen.rounds ?? rounds)
    while (seen.length < wanted && (seen.length < 3 || performance.now() < until)) {
      seen.push(await roundOfAll(processes, seen.length))
    }
    return Object.fromEntries(
      processes.map(({ name, crashed }) => [name, crashed ? null : measured(name, chosen, seen)]),
    )
  } finally {
    await Promise.all(processes.map((subject) => subject.stop()))
  }
}

/** @param {readonly SubjectHandle[]} processes @param {number} turn */
async function roundOfAll(processes, turn) {
  /** @type {Record<string, import('./cases/case.js').Numbers>} */
  const numbers = {}
  for (let n = 0; n < processes.length; n++) {
    const subject = /** @type {SubjectHandle} */ (processes[(n + turn) % processes.length])
    if (!subject.crashed) numbers[subject.name] = await subject.round()
  }
  return numbers
}

/**
 * @param {string} name @param {import('./cases/case.js').Case} chosen
 * @param {readonly Record<string, import('./cases/case.js').Numbers>[]} rounds
 */
function measured(name, { metrics, floor }, rounds) {
  /** @type {Record<string, Measured>} */
  const result = {}
  for (const [metric, { ratio }] of Object.entries(metrics)) {
    const values = of(rounds, name, metric)
    if (values.length === 0) continue
    result[metric] = { value: spread(values) }
    if (floor === undefined || ratio !== true) continue
    const floors = of(rounds, floor, metric)
    result[metric].ratio = spread(values.map((value, round) => value / /** @type {number} */ (floors[round])))
  }
  return result
}

/** @param {readonly Record<string, import('./cases/case.js').Numbers>[]} rounds @param {string} name @param {string} metric */
function of(rounds, name, metric) {
  return rounds.map((round) => round[name]?.[metric]).filter((value) => value !== undefined)
}
