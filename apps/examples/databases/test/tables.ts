import { readFileSync } from 'node:fs'

export type Outcome = 'success' | 'failure' | 'ignored'

/** A row of a table of the README of this example. */
export interface Row {
  readonly what: string
  /** Of the error. */
  readonly code: string
  readonly outcome: Outcome
}

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
export const readme: string = read('../README.md')

/** The cells of the table under a heading, without the two lines of its head. */
function tableUnder(heading: string, text: string): string[][] {
  const [, section = ''] = text.split(`\n${heading}\n`)
  const [table = ''] = /(^\|.*\n)+/m.exec(section) ?? []
  const lines = table.trim().split('\n').slice(2)
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** The table of `## PostgreSQL` or `## gRPC`. */
export function rowsOf(heading: string): Row[] {
  const rows = tableUnder(`## ${heading}`, readme)
  return rows.map(([what = '', code = '', outcome = '']) => ({
    what,
    code: code.replaceAll('`', ''),
    outcome: outcome.replaceAll('`', '') as Outcome,
  }))
}

/** The codes of a column of the shorter table, in the README of core, with their outcomes. */
export function codesInCore(column: 1 | 2): Pick<Row, 'code' | 'outcome'>[] {
  const rows = tableUnder('## Databases and gRPC', read('../../../../packages/core/README.md'))
  return rows.flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`(.*?)`/g)].map(([, code = '']) => ({
      code,
      outcome: /\w+/.exec(cells[0] ?? '')?.[0] as Outcome,
    })),
  )
}
