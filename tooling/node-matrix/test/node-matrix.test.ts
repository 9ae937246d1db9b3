import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engine, run } from '@cb/engines'
import { describe, expect, onTestFinished, test } from 'vitest'

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
    const report = await testsOf(adapter, await engine(name))
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = results.filter(({ status }) => status === 'failed')
    expect(failed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages])).toEqual([])
    expect(report).toMatchObject({ numFailedTests: 0, success: true })
    expect(report.numPassedTests).toBeGreaterThan(50)
  })
})

async function testsOf(adapter: string, node: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'cb-node-matrix-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const outputFile = join(folder, 'report.json')
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
  const args = ['run', '--config', '../../vitest.config.ts', '--reporter=json', `--outputFile.json=${outputFile}`]
  const home = fileURLToPath(new URL(`../../../packages/${adapter}/`, import.meta.url))
  const ended = await run(node, [vitest, ...args], home).catch((error: Error) => error)
  try {
    return JSON.parse(await readFile(outputFile, 'utf8'))
  } catch {
    throw ended // there is no report: what it printed says why
  }
}
