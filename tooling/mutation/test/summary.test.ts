import { expect, test } from 'vitest'
import { mutantsOf, type Report } from '../src/mutants.js'
import { summaryOf } from '../src/summary.js'

const source = `function open(failures) {
  if (failures > 5) {
    return true
  }
}
`

type Place = [line: number, column: number]

function reportOf(...mutants: [status: string, from: Place, to: Place, replacement: string][]): Report {
  return {
    files: {
      'src/open.ts': {
        source,
        mutants: mutants.map(([status, from, to, replacement]) => ({
          mutatorName: 'SomeMutator',
          status,
          replacement,
          location: { start: position(from), end: position(to) },
        })),
      },
    },
  }
}

const position = ([line, column]: Place) => ({ line, column })

const condition: [Place, Place, string] = [[2, 7], [2, 19], 'failures >= 5']
const block: [Place, Place, string] = [[2, 21], [4, 4], '{}']

test('a mutant is the line that it begins on and what it makes of it', () => {
  const mutants = mutantsOf(reportOf(['Survived', ...condition], ['NoCoverage', ...block]))
  expect(mutants.map(({ line, becomes }) => [line, becomes])).toEqual([
    ['if (failures > 5) {', 'if (failures >= 5) {'],
    ['if (failures > 5) {', 'if (failures > 5) {}'],
  ])
})

test('each survivor is printed with its place and its change, before a sentence with the score', () => {
  const mutants = mutantsOf(reportOf(['Survived', ...condition], ['Killed', ...block]))
  expect(summaryOf(mutants)).toBe(
    [
      'src/open.ts:2 SomeMutator',
      '  - if (failures > 5) {',
      '  + if (failures >= 5) {',
      'The tests killed 50.0 % of 2 mutants; 1 survived.',
    ].join('\n'),
  )
})

test('a mutant in code that no test runs is a survivor', () => {
  expect(summaryOf(mutantsOf(reportOf(['NoCoverage', ...condition])))).toContain('src/open.ts:2 SomeMutator')
})

test('a mutant that ends in a time-out is killed; one that cannot run at all does not count', () => {
  const mutants = mutantsOf(reportOf(['Timeout', ...condition], ['RuntimeError', ...block]))
  expect(summaryOf(mutants)).toBe('The tests killed 100.0 % of 1 mutants; 0 survived.')
})

test('a mutant that keeps the source from being loaded is killed, although no test has failed', () => {
  const report = reportOf(['Survived', ...condition])
  Object.assign(report.files['src/open.ts']?.mutants[0] ?? {}, { coveredBy: ['1', '2'], testsCompleted: 0 })
  expect(summaryOf(mutantsOf(report))).toBe('The tests killed 100.0 % of 1 mutants; 0 survived.')
})

test('without a mutant there is no score', () => {
  expect(summaryOf([])).toBe('There was no mutant to test.')
})
