import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const document = await readFile(new URL('../CORRECTNESS.md', import.meta.url), 'utf8')
const [promised] = document.split('## What is not promised') as [string]
const promises = promised.split('\n').filter((line) => line.startsWith('- '))
/** `[file](link): ` and the name in backticks. */
const proof = /\[[^\]]+\]\(([^)]+)\): `([^`]+)`/g

/** The name must be that of a test, in full or up to a placeholder; a part of a name or a comment is none. */
function isTest(name: string, source: string): boolean {
  const literally = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:\\btest\\(|\\)\\()\\s*(['"])${literally}(?:\\1|\\s?[%$])`).test(source)
}

test('every promise in CORRECTNESS.md has a test beside it, and every link of the document has its test', () => {
  expect(promises).not.toEqual([])
  expect(promises.filter((line) => line.match(proof)?.length !== 1)).toEqual([])
  expect(document.match(/\]\(/g)).toHaveLength(promises.length)
})

test('every test that CORRECTNESS.md names is in the file that it links to', async () => {
  const gone: string[] = []
  for (const [, link, name] of promised.matchAll(proof) as Iterable<[string, string, string]>) {
    const source = await readFile(new URL(`../${link}`, import.meta.url), 'utf8').catch(() => undefined)
    if (source === undefined) gone.push(`no file ${link}`)
    else if (!isTest(name, source)) gone.push(`no test in ${link}: ${name}`)
  }
  expect(gone).toEqual([])
})
