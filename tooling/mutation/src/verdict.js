/** @import { Mutant } from './mutants.js' */

/**
 * Why some mutants survive: no test could notice them, or none need to.
 * @typedef {object} Explanation
 * @property {string} why
 * @property {Record<string, [line: string, becomes: string][]>} mutants  by file
 *
 * @typedef {object} Verdict
 * @property {number} tested
 * @property {number} survived  also those in code that no test runs
 * @property {number} score  the share that is noticed, in per cent
 * @property {Mutant[]} unexplained
 * @property {string[]} stale  explanations of what no longer survives
 */

/**
 * Compares who survived with what is explained. An entry explains one mutant: a line that stands twice needs two.
 * @param {readonly Mutant[]} mutants
 * @param {readonly Explanation[]} explanations
 * @returns {Verdict}
 */
export function verdictOn(mutants, explanations) {
  const tested = mutants.filter(({ status }) => noticed.has(status) || survived.has(status))
  const survivors = tested.filter(({ status }) => survived.has(status))
  const left = entriesOf(explanations)
  const unexplained = survivors.filter((mutant) => {
    const index = left.findIndex((entry) => isSame(entry, mutant))
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
  const files = new Set(mutants.map(({ file }) => file))
  return {
    tested: tested.length,
    survived: survivors.length,
    score: tested.length === 0 ? 0 : (100 * (tested.length - survivors.length)) / tested.length,
    unexplained,
    // A run of some files says nothing about the others.
    stale: left.filter(({ file }) => files.has(file)).map(say),
  }
}

const noticed = new Set(['Killed', 'Timeout'])
const survived = new Set(['Survived', 'NoCoverage'])

/** @param {readonly Explanation[]} explanations */
function entriesOf(explanations) {
  return explanations.flatMap(({ mutants }) =>
    Object.entries(mutants).flatMap(([file, changes]) => changes.map(([line, becomes]) => ({ file, line, becomes }))),
  )
}

/**
 * @param {Pick<Mutant, 'file' | 'line' | 'becomes'>} one
 * @param {Pick<Mutant, 'file' | 'line' | 'becomes'>} other
 */
function isSame(one, other) {
  return one.file === other.file && one.line === other.line && one.becomes === other.becomes
}

/** @param {Pick<Mutant, 'file' | 'line' | 'becomes'> & { at?: number, mutator?: string }} mutant */
function say({ file, line, becomes, at, mutator }) {
  const where = at === undefined ? file : `${file}:${at} ${mutator}`
  return `${where}\n  - ${line}\n  + ${becomes}`
}

/**
 * What is printed at the end of a run.
 * @param {Verdict} verdict
 * @returns {string}
 */
export function describe({ tested, survived, score, unexplained, stale }) {
  const parts = []
  if (unexplained.length > 0) parts.push('Survived, and nobody says why:', ...unexplained.map(say))
  if (stale.length > 0) parts.push('Explained, but noticed or gone by now:', ...stale)
  const explained = survived - unexplained.length
  parts.push(
    `${score.toFixed(1)} % of ${tested} mutants were noticed; ${survived} survived, of which ${explained} are explained and ${unexplained.length} are not.`,
  )
  return parts.join('\n')
}
