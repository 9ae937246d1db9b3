import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../../apps/examples/', import.meta.url)

test('the README of the examples lists each of them, with its command if it has one', () => {
  const rows = readFileSync(new URL('README.md', folder), 'utf8').matchAll(/^\| \[(.*?)\]\(\1\) \|.*\| (.*?) ?\|$/gm)
  const examples = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const expected = examples.map(({ name }) => {
    const { name: id, scripts } = JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), 'utf8'))
    return [name, scripts.start ? `\`npx -y pnpm example ${id}\`` : '']
  })
  expect([...rows].map(([, name, command]) => [name, command]).sort()).toEqual(expected.sort())
})
