/**
 * A mutant as a change of one line, which names it whatever the lines above it become.
 * @typedef {object} Mutant
 * @property {string} file  from packages/core
 * @property {string} line  the line that it begins on
 * @property {string} becomes  what it makes of that line, and of those below as far as it reaches
 * @property {string} mutator  Stryker's name for the kind of change
 * @property {number} at  the number of the line
 * @property {string} status
 */

/**
 * What Stryker reports, as far as it is read here.
 * @typedef {object} Report
 * @property {Record<string, { source: string, mutants: ReportedMutant[] }>} files
 *
 * @typedef {object} ReportedMutant
 * @property {string} mutatorName
 * @property {string} status
 * @property {string} [replacement]
 * @property {readonly string[]} [coveredBy]
 * @property {number} [testsCompleted]
 * @property {{ start: Position, end: Position }} location
 *
 * @typedef {{ line: number, column: number }} Position  both from 1
 */

/**
 * @param {Report} report
 * @returns {Mutant[]}
 */
export function mutantsOf({ files }) {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.map((mutant) => {
      const { mutatorName, replacement = '', location } = mutant
      const { start, end } = location
      const line = lines[start.line - 1] ?? ''
      const becomes = line.slice(0, start.column - 1) + replacement + lines[end.line - 1]?.slice(end.column - 1)
      return {
        file,
        line: oneLine(line),
        becomes: oneLine(becomes),
        mutator: mutatorName,
        at: start.line,
        status: statusOf(mutant),
      }
    })
  })
}

/**
 * A file of tests that can't even load the source fails as a whole, and Stryker, who counts tests, takes that for none failed.
 * @param {ReportedMutant} mutant
 */
function statusOf({ status, coveredBy = [], testsCompleted = coveredBy.length }) {
  return status === 'Survived' && testsCompleted < coveredBy.length ? 'Killed' : status
}

/** @param {string} text */
function oneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim()
}
