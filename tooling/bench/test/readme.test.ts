import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { forNotes } from '../src/cases/index.js'
import { goals } from '../src/goals.js'
import { rowsOf, withText } from '../src/readme.js'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
const readme = await read('../README.md')
const notes = await read('../NOTES.md')
const core = await read('../../../packages/core/README.md')

test('the README of the benchmark has a row for each goal, as the code has it', () => {
  const wanted = goals.map(({ description, atMost, atLeast }) => [
    description,
    // The tables are those of Node 20.
    atMost === undefined ? `≥ ${atLeast}` : `≤ ${typeof atMost === 'function' ? atMost(20) : atMost}`,
  ])
  expect(rowsOf(readme).map((row) => row.slice(0, 2))).toEqual(wanted)
})

test.each(rowsOf(readme))('the README of the benchmark is right whether this goal is met: %s %s, %s', (...row) => {
  const [, goal = '', measured = '', met] = row
  const [sign, limit] = goal.split(' ').map((text) => (Number.isNaN(Number(text)) ? text : Number(text)))
  const value = Number(measured.replaceAll(' ', ''))
  const difference = value - Number(limit)
  // A value that rounds to its goal may be on either side of it.
  if (difference !== 0) expect(met).toBe((sign === '≤') === difference < 0 ? 'yes' : '**no**')
})

test('the notes have a row for each way to do something', () => {
  const ways = Object.values(forNotes.cases).flatMap(({ title, subjects }) => subjects.map((name) => [title, name]))
  expect(rowsOf(notes).map((row) => row.slice(0, 2))).toEqual(ways)
})

test('the README of core compares a success, a failure and a rejection', () => {
  expect(rowsOf(core).map(([title]) => title)).toEqual([
    'success',
    'failure that does not trip',
    'rejected while open, awaited and caught',
  ])
  for (const row of rowsOf(core)) for (const ratio of row.slice(1)) expect(Number(ratio)).toBeGreaterThan(0)
})

test('the three tables come from one run', () => {
  const provenance = (text: string) => /^Node \d.*?rounds of \d+ ms\./m.exec(text)?.[0]
  expect(provenance(readme)).toMatch(/^Node \d+\.\d+\.\d+ on .*, \d{4}-\d\d-\d\d; @cb\/core /)
  expect(provenance(readme)).not.toContain('quick')
  expect(provenance(notes)).toBe(provenance(readme))
  expect(provenance(core)).toBe(provenance(readme))
})

test('only the text between the markers is replaced', () => {
  const replaced = withText(readme, 'a table') ?? ''
  expect(rowsOf(replaced)).toEqual([])
  expect(withText(replaced, readme.split(/<!-- .* -->/)[1]?.trim() ?? '')).toBe(readme)
})

test('a file without markers is left alone', () => {
  expect(withText('# Mine\n', 'table')).toBeUndefined()
})
