import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

export const guide: string = readFileSync(new URL('../../../../packages/core/MIGRATING.md', import.meta.url), 'utf8')

/** The rows of the table whose head begins with `library`, each a list of cells. */
export function rowsOf(library: string): string[][] {
  const [, table = ''] = guide.split(new RegExp(`^\\| ${library} \\|.*\n.*\n`, 'm'))
  const [lines = ''] = table.split('\n\n')
  return lines
    .trim()
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('\\|', '|')))
}

/** Defines a test for each row of a table; the code of its second column must occur in the test. */
export function testRows(library: string, file: string, tests: Record<string, () => Promise<unknown>>): void {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const source = readFileSync(file, 'utf8').replace(/\s+/g, ' ')
  const rows = rowsOf(library)

  test.each(rows)('%s', async (theirs, ours = '') => {
    const codes = [...ours.matchAll(/`(.*?)`/g)].map(([, code = '']) => code)
    expect(codes.filter((code) => !source.includes(code))).toEqual([])
    await tests[theirs]?.()
    expect.hasAssertions()
  })

  test(`the table of ${library} has each test once`, () => {
    expect(rows.map(([theirs]) => theirs).sort()).toEqual(Object.keys(tests).sort())
  })
}
