import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const document = await readFile(new URL('../CORRECTNESS.md', import.meta.url), 'utf8')
const [promised] = document.split('\n## What is not promised') as [string]
const promises = promised.split('\n').filter((line) => line.startsWith('- '))

/** `[file](link): ` and one or more names in backticks, after each of which there may be a comma. */
const proofs = /\]\(([^)]+)\)(?:: (`[^`]+`(?:, `[^`]+`)*))?/g

/** The name must be that of a test or a group, in full or up to a placeholder; a part of a name or a comment is none. */
function isTest(name: string, source: string): boolean {
  const literally = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:\\b(?:test|describe)\\(|\\)\\()\\s*(['"])${literally}(?:\\1|\\s?[%$])`).test(source)
}

async function problemsOf(line: string): Promise<string[]> {
  const links = [...line.matchAll(proofs)] as (string | undefined)[][]
  if (links.length === 0) return [`no test: ${line}`]
  const problems = links.map(async ([, link, names]) => {
    const source = await readFile(new URL(`../${link}`, import.meta.url), 'utf8').catch(() => undefined)
    if (source === undefined) return [`no file ${link}`]
    const quoted = [...(names ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
    if (quoted.length === 0) return [`no name beside ${link}: ${line}`]
    return quoted.filter((name) => !isTest(name, source)).map((name) => `no test in ${link}: ${name}`)
  })
  return (await Promise.all(problems)).flat()
}

test('every promise in CORRECTNESS.md links to a file that has the tests named beside it', async () => {
  expect(promises).not.toEqual([])
  expect((await Promise.all(promises.map(problemsOf))).flat()).toEqual([])
})

test('the other links of CORRECTNESS.md lead to a file', async () => {
  const links = [...document.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => new URL(`../${link}`, import.meta.url))
  await expect(Promise.all(links.map((link) => readFile(link)))).resolves.toHaveLength(links.length)
})
