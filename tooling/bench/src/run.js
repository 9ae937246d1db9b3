import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { cases, forNotes, groups } from './cases/index.js'
import { runCase } from './run-case.js'
import { subjects } from './subjects/index.js'
import { majorOf, versions } from './versions.js'

/**
 * The results of a run.
 * @typedef {object} Run
 * @property {string} node  its version
 * @property {string} machine
 * @property {string} on  the day
 * @property {boolean} quick
 * @property {{ rounds: number, roundMs: number }} effort
 * @property {Record<string, string>} versions  of the libraries
 * @property {Record<string, string>} configurations  by subject
 * @property {import('./goals.js').Cases} cases
 */

const thorough = { rounds: 27, roundMs: 10, budgetMs: 9_000, processes: 3 }
const quickly = { rounds: 5, roundMs: 2, budgetMs: 1_000, processes: 1 }

/** Left out of a quick run: the longest cases, and those that need many rounds. */
const notQuick = ['failure-after-1000000', 'bytes', 'window-1000000', 'buckets-3600', ...Object.keys(forNotes.cases)]

/**
 * Measures the cases on one version of Node.
 * @param {string} binary  of Node
 * @param {{ quick: boolean, only: readonly string[] }} options
 * @param {(text: string) => void} progress
 * @returns {Promise<Run>}
 */
export async function measureAll(binary, { quick, only }, progress) {
  const effort = quick ? quickly : thorough
  const node = (await promisify(execFile)(binary, ['-p', 'process.versions.node'])).stdout.trim()
  const wanted = Object.entries(cases).filter(([id]) =>
    only.length > 0 ? only.includes(id) : !quick || !notQuick.includes(id),
  )
  /** @type {import('./goals.js').Cases} */
  const results = {}
  for (const [n, [id, chosen]] of wanted.entries()) {
    progress(`[${n + 1}/${wanted.length}] ${groupOf(id)}: ${chosen.title} (${id})`)
    results[id] = await runCase(id, chosen, { ...effort, ...(quick ? {} : chosen.thorough), node: binary })
  }
  const libraries = [...new Set(Object.values(subjects).flatMap(({ library }) => library ?? []))]
  return {
    node,
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`,
    on: new Date().toISOString().slice(0, 10),
    quick,
    effort: { rounds: effort.rounds, roundMs: effort.roundMs },
    versions: versions(libraries, majorOf(node)),
    configurations: configurationsOf(results),
    cases: results,
  }
}

/** @param {string} id */
function groupOf(id) {
  return [...groups, forNotes].find((group) => id in group.cases)?.title
}

/** The configurations of the subjects of these results. @param {import('./goals.js').Cases} results */
function configurationsOf(results) {
  const measured = new Set(Object.values(results).flatMap(Object.keys))
  return Object.fromEntries(
    Object.entries(subjects).flatMap(([name, { description }]) => (measured.has(name) ? [[name, description]] : [])),
  )
}
