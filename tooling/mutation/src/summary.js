/** @import { Mutant } from './mutants.js' */

const killed = new Set(['Killed', 'Timeout'])
const survived = new Set(['Survived', 'NoCoverage'])

/**
 * The survivors, each with its place and its change, and the score in a sentence.
 * @param {readonly Mutant[]} mutants
 * @returns {string}
 */
export function summaryOf(mutants) {
  const survivors = mutants.filter(({ status }) => survived.has(status))
  const tested = survivors.length + mutants.filter(({ status }) => killed.has(status)).length
  if (tested === 0) return 'There was no mutant to test.'
  const score = ((100 * (tested - survivors.length)) / tested).toFixed(1)
  const sentence = `The tests killed ${score} % of ${tested} mutants; ${survivors.length} survived.`
  return [...survivors.map(show), sentence].join('\n')
}

/** @param {Mutant} mutant */
function show({ file, at, mutator, line, becomes }) {
  return `${file}:${at} ${mutator}\n  - ${line}\n  + ${becomes}`
}
