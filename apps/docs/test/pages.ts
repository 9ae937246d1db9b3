import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url))

/** A fenced block of a page. */
export interface Snippet {
  readonly where: string
  readonly language: string
  /** What follows the language, such as `program`. */
  readonly mark: string
  readonly code: string
}

/** The pages, by path; those that are generated from other documents are among them, for tests run after the build. */
export function readPages(): Map<string, string> {
  return new Map(
    readdirSync(content, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.mdx?$/.test(path))
      .map((path) => [path, readFileSync(content + path, 'utf8')]),
  )
}

export function snippetsOf(path: string, text: string): Snippet[] {
  return [...text.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    where: `${path}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1] as string,
    mark: (match[2] as string).trim(),
    code: match[3] as string,
  }))
}
