import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach } from 'vitest'
import type { RuleFile } from '../monitoring/alerts.ts'

/** One case of `promtool test rules`. */
export interface RuleCase {
  readonly interval: string
  readonly input_series: readonly { readonly series: string; readonly values: string }[]
  readonly alert_rule_test?: readonly object[]
  readonly promql_expr_test?: readonly object[]
}

const missing = 'Prometheus is missing: apt-get install -y --no-install-recommends prometheus'

/** Skips the tests of a file or a block if Prometheus is not installed, except in CI. */
export function needsPrometheus(): void {
  let installed = false
  beforeAll(async () => {
    installed = await promtool('--version').then(
      () => true,
      (error) => {
        if (process.env['CI']) throw error
        console.warn(missing)
        return false
      },
    )
  })
  beforeEach(({ skip }) => skip(!installed, missing))
}

/** Runs promtool; returns its output, and whether it succeeded. @throws Error if it is not installed. */
export async function promtool(...args: string[]): Promise<{ ok: boolean; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('promtool', args)
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (code !== 'ENOENT') return { ok: false, output: stdout + stderr }
    throw new Error(missing)
  }
}

/** Runs cases against rules. */
export async function testRules(rules: RuleFile, tests: readonly RuleCase[]): Promise<{ ok: boolean; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'cb-demo-rules-'))
  try {
    await writeFile(join(folder, 'alerts.yaml'), JSON.stringify(rules)) // JSON is YAML
    const file = join(folder, 'test.yaml')
    await writeFile(file, JSON.stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '1m', tests }))
    return await promtool('test', 'rules', file)
  } finally {
    await rm(folder, { recursive: true })
  }
}
