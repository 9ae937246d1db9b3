import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { linksIn, problemsOf, withContents } from '../src/documents.js'

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'cb-documents-'))
  const before = process.cwd()
  process.chdir(folder)
  onTestFinished(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })
})

function problemsIn(text: string, file = 'README.md'): string[] {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return problemsOf(file)
}

test('a link to a file, a folder, a heading or the web is right', () => {
  mkdirSync('docs')
  writeFileSync('docs/guide.md', '# Guide\n\n## Two `words`, really?\n')
  const links = ['docs', 'docs/guide.md', 'docs/guide.md#two-words-really', '#own', 'https://example.com/x#y']
  expect(problemsIn(`# Own\n${links.map((link) => `[a](${link})`).join(' ')}`)).toEqual([])
})

test('a link to a file or a heading that does not exist is dead', () => {
  writeFileSync('guide.md', '```sh\n# no heading\n```\n')
  expect(problemsIn('[a](gone.md) <img src="gone.svg"> [b](guide.md#no-heading) [c](#own)')).toEqual([
    'README.md: gone.md leads to no file',
    'README.md: gone.svg leads to no file',
    'README.md: guide.md#no-heading leads to no heading',
    'README.md: #own leads to no heading',
  ])
})

test('what looks like a link in a program is none', () => {
  expect(linksIn('```js\nlist[0](gone)\n```\n')).toEqual([])
})

test('of two headings with the same words the second has a number', () => {
  expect(problemsIn('## Options\n## Options\n[a](#options-1)\n')).toEqual([])
  expect(problemsIn('## Options\n[a](#options-1)\n')).toHaveLength(1)
})

test('contents that lack a section are stale, until they are written anew', () => {
  const stale = 'Contents: [One](#one)\n\n## One\n### Inner\n## Two\n'
  expect(problemsIn(stale)).toEqual(['README.md: its contents are not its sections; run `npx -y pnpm format`'])
  expect(withContents(stale)).toBe('Contents: [One](#one) · [Two](#two)\n\n## One\n### Inner\n## Two\n')
  expect(problemsIn(withContents(stale))).toEqual([])
})

test('a README of a package with more than 2 000 words needs contents', () => {
  const long = `# A\n${'word '.repeat(2_001)}\n## One\n`
  expect(problemsIn(long, 'packages/core/README.md')).toEqual([
    'packages/core/README.md: write a line "Contents:" at its top, then run `npx -y pnpm format`',
  ])
  expect(problemsIn(long, 'tooling/bench/README.md')).toEqual([])
  expect(readFileSync('packages/core/README.md', 'utf8')).toBe(long)
})
