import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { cases, forNotes, groups } from '../src/cases/index.js'
import { readmes, withText } from '../src/readme.js'
import { kept } from '../src/results.js'

const runs = await kept()
const [readme, notes] = await Promise.all(readmes.slice(0, 2).map(({ file }) => readFile(file, 'utf8')))

describe('the tables', () => {
  test('come from a full run on Node 20, and maybe others', () => {
    expect(runs[0]?.node).toMatch(/^20\./)
    expect(runs.map(({ quick }) => quick)).not.toContain(true)
  })

  test.each(Object.keys(cases))('have what was measured of %s', (id) => {
    expect(Object.keys(runs[0]?.cases[id] ?? {})).toEqual(cases[id]?.subjects)
  })

  test.each(groups)('have a row for each case or subject of $title', ({ title, byCase, cases }) => {
    const section = readme?.split(`\n### ${title}\n`)[1]?.split('\n### ')[0] ?? ''
    const rows = section.split('\n').filter((line) => line.startsWith('| '))
    const names = byCase
      ? Object.values(cases).map(({ title }) => title)
      : [...new Set(Object.values(cases).flatMap(({ subjects }) => subjects))]
    expect(rows.slice(1).map((row) => row.split(' | ')[0]?.slice(2))).toEqual(names)
  })

  test.each(Object.values(forNotes.cases))('of the notes have a row for each way of $title', ({ subjects }) => {
    for (const name of subjects) expect(notes).toContain(`\n| ${name} | `)
  })

  test.each(readmes)('in $file are as the benchmark wrote them', async ({ file, show }) => {
    const text = await readFile(file, 'utf8')
    expect(withText(text, show(runs)) ?? text).toBe(text)
  })
})

test('a number that a person changed is found', () => {
  const show = readmes[0]?.show ?? (() => '')
  const changed = readme?.replace(/\| 0\.\d\d \|/, '| 0.01 |') ?? ''
  expect(changed).not.toBe(readme)
  expect(withText(changed, show(runs))).not.toBe(changed)
})

test('a file without markers is left alone', () => {
  expect(withText('# Mine\n', 'table')).toBeUndefined()
})
