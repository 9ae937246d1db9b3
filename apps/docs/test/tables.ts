export interface Cell {
  /** The head of its column. */
  readonly column: string
  /** The heads of all columns of its table. */
  readonly columns: readonly string[]
  readonly text: string
}

/** The cells of all tables of a page. */
export function cellsOf(markdown: string): Cell[] {
  const tables = markdown.replace(/^```.*?^```$/gms, '').matchAll(/^ *\|.*\n(?: *\|.*(?:\n|$))+/gm)
  return [...tables].flatMap(([table]) => {
    const rows = table.trim().split('\n').map(split)
    const [columns = [], , ...body] = rows
    return body.flatMap((row) => row.map((text, n) => ({ column: columns[n] ?? '', columns, text })))
  })
}

/** A row's cells: a `\|` is no border. */
function split(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}

/** The names in the code of a cell that are names of an API: `halfOpen: { probes: 10 }` has two. */
export function namesIn(text: string): string[] {
  const code = [...text.matchAll(/`([^`]+)`/g)].map(([, inside]) => (inside as string).replace(/'[^']*'/g, ''))
  return code.flatMap((piece) => piece.match(/(?<![\w$@/-])[a-zA-Z]\w*(?![\w/-])/g) ?? [])
}
