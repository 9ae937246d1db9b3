import { expect, test } from 'vitest'
import { mutantsOf, type Report } from '../src/mutants.js'
import { describe, verdictOn } from '../src/verdict.js'

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

const survivors = mutantsOf(reportOf(['Survived', ...condition], ['NoCoverage', ...block]))

const explanation = (...changes: [string, string][]) => ({ why: 'same result', mutants: { 'src/open.ts': changes } })
const ofCondition: [string, string] = ['if (failures > 5) {', 'if (failures >= 5) {']
const ofBlock: [string, string] = ['if (failures > 5) {', 'if (failures > 5) {}']

test('a mutant is the line that it begins on and what it makes of it', () => {
  expect(survivors.map(({ line, becomes }) => [line, becomes])).toEqual([ofCondition, ofBlock])
})

test('a survivor that is explained is not reported', () => {
  const verdict = verdictOn(survivors, [explanation(ofCondition), explanation(ofBlock)])
  expect(verdict).toMatchObject({ survived: 2, unexplained: [], stale: [] })
})

test('a survivor that nobody explains is reported with its place and its change', () => {
  const verdict = verdictOn(survivors, [explanation(ofBlock)])
  expect(verdict.unexplained).toHaveLength(1)
  expect(describe(verdict)).toContain('src/open.ts:2 SomeMutator\n  - if (failures > 5) {\n  + if (failures >= 5) {')
})

test('an explanation of one mutant does not cover a second like it', () => {
  const twice = mutantsOf(reportOf(['Survived', ...condition], ['Survived', ...condition]))
  expect(verdictOn(twice, [explanation(ofCondition)]).unexplained).toHaveLength(1)
  expect(verdictOn(twice, [explanation(ofCondition, ofCondition)]).unexplained).toEqual([])
})

test('an explanation of another file does not cover it', () => {
  const elsewhere = { why: 'same result', mutants: { 'src/closed.ts': [ofCondition, ofBlock] } }
  expect(verdictOn(survivors, [elsewhere]).unexplained).toHaveLength(2)
})

test('an explanation of what is noticed by now, or gone, is listed', () => {
  const killed = mutantsOf(reportOf(['Killed', ...condition]))
  const verdict = verdictOn(killed, [explanation(ofCondition)])
  expect(verdict.stale).toEqual(['src/open.ts\n  - if (failures > 5) {\n  + if (failures >= 5) {'])
  expect(describe(verdict)).toContain('Explained, but noticed or gone by now')
})

test('a run of some files says nothing about explanations of others', () => {
  expect(verdictOn([], [explanation(ofCondition)]).stale).toEqual([])
})

test('a mutant that ends in a time-out is noticed; one that cannot run at all does not count', () => {
  const mutants = mutantsOf(
    reportOf(['Killed', ...condition], ['Timeout', ...block], ['RuntimeError', ...block], ['Survived', ...block]),
  )
  const verdict = verdictOn(mutants, [explanation(ofBlock)])
  expect(verdict).toMatchObject({ tested: 3, survived: 1, unexplained: [] })
  expect(describe(verdict)).toBe(
    '66.7 % of 3 mutants were noticed; 1 survived, of which 1 are explained and 0 are not.',
  )
})

test('a mutant that keeps the source from being loaded is noticed, although no test has failed', () => {
  const report = reportOf(['Survived', ...condition])
  Object.assign(report.files['src/open.ts']?.mutants[0] ?? {}, { coveredBy: ['1', '2'], testsCompleted: 0 })
  expect(verdictOn(mutantsOf(report), []).survived).toBe(0)
})
