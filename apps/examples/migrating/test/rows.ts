import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

export const guide: string = read('../../../../packages/core/MIGRATING.md')

/** By the first column of a table. */
export type Tests = Readonly<Record<string, () => Promise<unknown>>>

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

/** Defines a test for each row of a table; the code of its second column must occur in the files that begin with its name. */
export function testRows(library: string, tests: Tests): void {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const files = readdirSync(import.meta.dirname).filter(
    (file) => file.startsWith(`${library}-`) && file.endsWith('.ts'),
  )
  const source = files
    .map((file) => read(`./${file}`))
    .join()
    .replace(/\s+/g, ' ')
  const rows = rowsOf(library)

  test.each(rows)('%s', async (theirs, ours = '') => {
    const codes = [...ours.matchAll(/`(.*?)`/g)].map(([, code = '']) => code)
    expect(codes.filter((code) => !source.includes(code))).toEqual([])
    await tests[theirs]?.()
  })

  test(`the table of ${library} has each test once`, () => {
    expect(rows.map(([theirs]) => theirs).sort()).toEqual(Object.keys(tests).sort())
  })
}
