import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { engine, run } from '../src/index.ts'
import { install } from './undici-8.ts'

// Each package's own tests run on the Node.js that runs this; here they run on the other lines.
const lines = { 'Node.js 22': 'node22', 'Node.js 24': 'node24' } as const
const adapters = ['axios', 'express', 'fetch', 'opentelemetry']

interface Result {
  readonly status: string
  readonly fullName: string
  readonly failureMessages: readonly string[]
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: { readonly assertionResults: readonly Result[] }[]
}

describe.each(Object.entries(lines))('on %s', (_, name) => {
  test.each(adapters)('all tests of @cb/%s pass', async (adapter) => {
    expectAllPassed(await testsOf(adapter, await engine(name), '../../vitest.config.ts'))
  })
})

test('all tests of @cb/fetch that use undici pass with undici 8, on Node.js 22', async () => {
  await install(run)
  const config = '../../tooling/compat/test/undici-8.config.ts'
  const report = await testsOf('fetch', await engine('node22'), config, [
    'undici',
    'dying-connections',
    'outcomes',
    'protection',
    'transparency',
  ])
  expectAllPassed(report)
})

function expectAllPassed(report: Report): void {
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = results.filter(({ status }) => status === 'failed')
  expect(failed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages])).toEqual([])
  expect(report).toMatchObject({ numFailedTests: 0, success: true })
  expect(report.numPassedTests).toBeGreaterThan(50)
}

/** @param files  what their names contain. Default: all. */
async function testsOf(adapter: string, node: string, config: string, files: readonly string[] = []): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'cb-compat-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const outputFile = join(folder, 'report.json')
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
  const args = [
    'run',
    '--config',
    config,
    '--root',
    '.',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
    ...files,
  ]
  const home = fileURLToPath(new URL(`../../../packages/${adapter}/`, import.meta.url))
  const ended = await run(node, [vitest, ...args], home).catch((error: Error) => error)
  try {
    return JSON.parse(await readFile(outputFile, 'utf8'))
  } catch {
    throw ended // there is no report: what it printed says why
  }
}
