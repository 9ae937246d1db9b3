import { expect, test } from 'vitest'
import type { Case } from '../src/cases/case.js'
import { findCase } from '../src/cases/index.js'
import { admitted } from '../src/cases/loops.js'
import { tripped } from '../src/cases/open.js'
import { fail } from '../src/cases/work.js'
import { runCase } from '../src/run-case.js'
import { spread } from '../src/statistics.js'
import type { Call } from '../src/subjects/subject.js'

const effort = { rounds: 2, roundMs: 1, budgetMs: 5_000, processes: 1, node: process.execPath }
const success: Case = { ...findCase('success'), subjects: ['wrapper', '@cb/core'] }

test('subjects are measured against the floor, and the floor is 1', async () => {
  const result = await runCase('success', success, effort)
  expect(result['wrapper']?.['ns']?.ratio).toEqual({ median: 1, low: 1, high: 1 })
  expect(result['@cb/core']?.['ns']?.ratio?.median).toBeGreaterThan(0)
})

test('a peer whose process ends is a result, and the others are measured all the same', async () => {
  const result = await runCase('success', { ...success, subjects: ['wrapper', 'mollitia 2'] }, effort)
  expect(result['mollitia 2']).toBeNull()
  expect(result['wrapper']?.['ns']?.value.median).toBeGreaterThan(0)
})

test('where our own process ends the run ends, and its error says why', async () => {
  const result = runCase('success', { ...success, subjects: ['wrapper', '@cb/core 2'] }, effort)
  await expect(result).rejects.toThrow(/@cb\/core 2 in case success ended early \(exit code 1\): .*no such subject/s)
})

test('a breaker that rejects a call where it should not ends the case', async () => {
  const reject = async () => {
    throw new Error('rejected')
  }
  await expect(admitted(reject, 1)).rejects.toThrow('the breaker rejects calls in a case in which it must stay closed')
  await expect(admitted(fail, 1)).resolves.toBeUndefined()
})

test('a breaker that admits every call is not taken for an open one', async () => {
  await expect(tripped((work) => work as Call, 'mine', fail)).rejects.toThrow('mine admits every call')
})

test('a spread is the median and its quartiles', () => {
  expect(spread([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 })
  expect(() => spread([])).toThrow('nothing was measured')
})
