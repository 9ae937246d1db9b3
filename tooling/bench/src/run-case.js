import { spread } from './statistics.js'
import { SubjectHandle } from './subject-handle.js'

/** @typedef {{ value: import('./statistics.js').Spread, ratio?: import('./statistics.js').Spread }} Measured */
/** @typedef {Record<string, Record<string, Measured> | null>} CaseResult  by subject and metric; null: its process crashed */

/**
 * Measures the subjects of a case in turns: a round of each, then the next round, beginning with another. A machine that slows
 * down slows all of them. Ratios are taken within a round. Once compiled, the same code can be a third slower in one process
 * than in the next, so the rounds are shared out among several processes of each subject.
 * @param {string} id @param {import('./cases/case.js').Case} chosen @param {import('./cases/case.js').Effort} effort
 * @returns {Promise<CaseResult>}
 */
export async function runCase(id, chosen, { rounds, roundMs, budgetMs, processes, node }) {
  const how = { roundMs, node, flags: chosen.flags ?? [] }
  const wanted = chosen.rounds ?? rounds
  const times = Math.min(processes, wanted)
  const crashed = new Set()
  /** @type {Record<string, import('./cases/case.js').Numbers>[]} */
  const seen = []
  for (let n = 0; n < times; n++) {
    const names = chosen.prepareAll ? [chosen.subjects.join()] : chosen.subjects
    const handles = names.map((name) => new SubjectHandle(id, name, how))
    const found = await roundsOf(handles, Math.ceil(wanted / times), budgetMs / times)
    // One process returns the numbers of all subjects.
    seen.push(...(chosen.prepareAll ? /** @type {any[]} */ (found.flatMap((round) => Object.values(round))) : found))
    for (const handle of handles) if (handle.crashed) crashed.add(handle.name)
    await Promise.all(handles.map((handle) => handle.stop()))
  }
  return Object.fromEntries(
    chosen.subjects.map((name) => [name, crashed.has(name) ? null : measured(name, chosen, seen)]),
  )
}

/** @param {readonly SubjectHandle[]} handles @param {number} wanted @param {number} budgetMs */
async function roundsOf(handles, wanted, budgetMs) {
  try {
    await Promise.all(handles.map((handle) => handle.ready))
    /** @type {Record<string, import('./cases/case.js').Numbers>[]} */
    const seen = []
    const until = performance.now() + budgetMs
    while (seen.length < wanted && (seen.length < 3 || performance.now() < until)) {
      seen.push(await roundOfAll(handles, seen.length))
    }
    return seen
  } catch (problem) {
    await Promise.all(handles.map((handle) => handle.stop()))
    throw problem
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
