import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { publishedIn } from '../src/repository.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)
let clone: string

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'cb-release-'))
  const isNeeded = (path: string) =>
    !/node_modules|[/\\](?:dist|src|test|reports)$/.test(path.slice(root.length)) || path.endsWith('release/src')
  await cp(join(root, 'packages'), join(clone, 'packages'), { recursive: true, filter: isNeeded })
  await cp(join(root, 'tooling/release'), join(clone, 'tooling/release'), { recursive: true, filter: isNeeded })
  await run('git', ['init', '-q'], { cwd: clone })
  return () => rm(clone, { recursive: true })
})

const prepare = () => run(process.execPath, ['tooling/release/start.js', '--prepare'], { cwd: clone })

test('a release from a clone without a remote stops', async () => {
  await expect(prepare()).rejects.toThrow('origin')
})

test('a release writes where the packages come from, and no credentials', async () => {
  await run('git', ['remote', 'add', 'origin', 'https://robot:secret@example.com/team/cb.git'], { cwd: clone })
  await prepare()
  for (const name of publishedIn(root)) {
    const text = await readFile(join(clone, 'packages', name, 'package.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      name: `@cb/${name}`,
      license: 'MIT',
      repository: { url: 'git+https://example.com/team/cb.git', directory: `packages/${name}` },
      publishConfig: { access: 'public', provenance: true },
    })
    expect(text).not.toContain('secret')
    expect(await readFile(join(clone, 'packages', name, 'README.md'), 'utf8')).not.toMatch(/\]\(\.\.\//)
  }
})
