import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { generated } from '../build/document-pages.js'
import { interfacesOf, type Reflection, readReference } from '../build/reference.js'
import { readPages } from './pages.ts'
import { cellsOf, namesIn } from './tables.ts'

let json: Reflection
let problems: string[]
beforeAll(async () => {
  ;({ json, problems } = await readReference())
})

/** All names of the public API, those of parameters and of values such as reasons included. */
function apiNames(): Set<string> {
  const names = new Set<string>()
  JSON.stringify(json, (key, value) => {
    if ((key === 'name' || key === 'value') && typeof value === 'string') names.add(value)
    return value
  })
  return names
}

function optionNames(): Set<string> {
  const holders = interfacesOf(json).filter(({ name }) =>
    /Options|Config$|Protection$|^GuardWith|^FleetCounts$/.test(name),
  )
  return new Set(holders.flatMap(({ children = [] }) => children.map(({ name }) => name)))
}

/** In a table of options, the first column has their names. */
function unknownOptions(pages: Iterable<[string, string]>): string[] {
  const known = optionNames()
  return Array.from(pages, ([path, text]) =>
    cellsOf(text)
      .filter(({ column, columns }) => ['option', 'name'].includes(column) && columns.includes('default'))
      .flatMap((cell) => namesIn(cell.text))
      .filter((name) => !known.has(name))
      .map((name) => `${path}: ${name}`),
  ).flat()
}

/** Columns that are about this API. */
const ours = /^(?:in @cb|option|policy|how to see it|what to do|use instead|code)$/

/** What is not of this API. */
const foreign = new Set(
  'true false finally using undefined timeout milliseconds Promise AbortSignal AbortError'.split(' '),
)
/** Placeholders of examples. */
const placeholders = new Set('n p fn permit breaker attempt probe note registry response acquire ok'.split(' '))

function unknownNames(pages: Iterable<[string, string]>): string[] {
  const known = apiNames()
  return Array.from(pages, ([path, text]) =>
    cellsOf(text)
      .filter(({ column }) => ours.test(column))
      .flatMap((cell) => namesIn(cell.text))
      .filter((name) => !known.has(name) && !foreign.has(name) && !placeholders.has(name))
      .map((name) => `${path}: ${name}`),
  ).flat()
}

const pages = readPages()
const own = new Map([...pages].filter(([path]) => !generated.some((folder) => path.startsWith(`${folder}/`))))

test('every public export has documentation, and every type that one refers to is exported', () => {
  expect(problems).toEqual([])
})

test('tables of options have options that exist', () => {
  const tables = [...pages].filter(([path]) => path.startsWith('packages/'))
  expect(tables.flatMap(([, text]) => cellsOf(text)).length).toBeGreaterThan(500)
  expect(unknownOptions(pages)).toEqual([])
})

test('tables of the site have names that exist', () => {
  expect(unknownNames(own)).toEqual([])
})

test('a name that does not exist is found', () => {
  const page = '| option | default |\n|---|---|\n| `halfOpen.maxConcurent` | 1 |\n'
  expect(unknownOptions([['page', page]])).toEqual(['page: maxConcurent'])
  expect(unknownNames([['page', '| in @cb |\n|---|\n| `trip: failureRatio({ threshold: 1 })` |\n']])).toEqual([
    'page: failureRatio',
  ])
})

test('an export without documentation and a hidden type are found', async () => {
  const folder = fileURLToPath(new URL('../reports/reference/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    `${folder}index.ts`,
    'interface Hidden {}\nexport function reveal(): Hidden {\n  return {}\n}\n/** Options. */\nexport interface SomeOptions {\n  size?: number\n}\n',
  )
  writeFileSync(`${folder}tsconfig.json`, '{ "files": ["index.ts"] }')
  const found = await readReference([`${folder}index.ts`], `${folder}tsconfig.json`)
  expect(found.problems).toEqual([
    expect.stringContaining('reveal'),
    expect.stringContaining('Hidden'),
    'SomeOptions.size has no documentation',
  ])
})
