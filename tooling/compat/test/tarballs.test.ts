import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linksIn, problemOf } from '@cb/lint'
import { withRepositoryLinks } from '@cb/release'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { packAll, packages, type Tarballs } from './tarballs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const bin = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))

let folder: string
let tarballs: Tarballs

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cb-tarballs-'))
  tarballs = await packAll(folder)
  for (const name of packages) {
    await mkdir(join(folder, 'unpacked', name), { recursive: true })
    await run('tar', ['-xzf', tarballs[name], '--strip-components=1'], join(folder, 'unpacked', name))
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(packages)('the tarball of @cb/%s', (name) => {
  const files = (ending: RegExp): string[] =>
    readdirSync(path(), { recursive: true, encoding: 'utf8' }).filter((file) => ending.test(file))
  const path = (file = ''): string => join(folder, 'unpacked', name, file)
  const read = (file: string): string => readFileSync(path(file), 'utf8')

  test('has a manifest that publint finds nothing against', async () => {
    await run(bin('publint'), ['run', '--strict', tarballs[name]], folder)
  })

  test('has types of its own for import, for require and for tools that know no exports', async () => {
    // Rules for Prometheus are no module, so they have no types.
    await run(bin('attw'), [tarballs[name], '--exclude-entrypoints', 'alerts.yml'], folder)
  })

  test('has the licence', () => {
    expect(read('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  test('has documents whose links lead somewhere, also on the page of the registry', () => {
    const page = 'https://example.com/cb'
    const { files: packed } = JSON.parse(read('package.json'))
    const problems = files(/\.md$/).flatMap((file) =>
      linksIn(withRepositoryLinks(read(file), `packages/${name}`, page, packed)).map((link) => {
        const [, inRepository] = link.split(`${page}/blob/HEAD/`)
        return inRepository === undefined ? problemOf(link, path(file)) : problemOf(inRepository, `${root}README.md`)
      }),
    )
    expect(files(/\.md$/)).toContain('README.md')
    expect(problems.filter((problem) => problem !== undefined)).toEqual([])
  })

  test('has source maps with their sources in them', () => {
    const maps = files(/\.map$/)
    const without = maps.flatMap((file) => {
      const { sources, sourcesContent } = JSON.parse(read(file)) as { sources: string[]; sourcesContent?: string[] }
      const missing = sources.filter((source, index) => {
        const isPacked = existsSync(path(join(dirname(file), source)))
        return !isPacked && typeof sourcesContent?.[index] !== 'string'
      })
      return missing.map((source) => `${file}: ${source}`)
    })
    expect(maps).not.toEqual([])
    expect(without).toEqual([])
  })

  test('has each map that its code names, and no other', () => {
    const named = files(/\.c?[jt]s$/).flatMap((file) => {
      const map = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(read(file))?.[1]
      return map === undefined ? [] : [join(dirname(file), map)]
    })
    expect(named.toSorted()).toEqual(files(/\.map$/).toSorted())
  })
})
