/** Runs the installed Prometheus as a process of the demo: it scrapes the gateway and applies the alert rules. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { alertRules } from '../../../packages/opentelemetry/monitoring/alerts.ts'
import { type Program, runChild } from './child.ts'
import { prometheusConfig } from './observability/prometheus-config.ts'

/** Resolves to the address when it is ready. @throws Error with its last line if it ends before. */
function readiness(prometheus: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let origin = ''
    let lastLine = ''
    prometheus.once('error', reject)
    prometheus.once('exit', () => reject(new Error(`prometheus did not start: ${lastLine}`)))
    if (prometheus.stderr === null) return
    createInterface(prometheus.stderr).on('line', (line) => {
      lastLine = line
      const [, address] = /msg="Listening on".* address=(\S+)/.exec(line) ?? []
      if (address !== undefined) origin = `http://${address}`
      if (line.includes('Server is ready')) resolve(origin)
    })
  })
}

await runChild(async (): Promise<Program> => {
  const { job, target, interval, minute } = JSON.parse(process.argv[2] ?? '{}')
  const folder = await mkdtemp(join(tmpdir(), 'cb-demo-prometheus-'))
  const config = join(folder, 'prometheus.yaml')
  await writeFile(config, JSON.stringify(prometheusConfig({ job, target, interval })))
  await writeFile(join(folder, 'alerts.yaml'), JSON.stringify(alertRules(minute)))
  const prometheus = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] }, // otherwise Ctrl-C would reach it
  )
  // Its data is deleted, so it can be killed.
  process.once('exit', () => prometheus.kill('SIGKILL'))
  let stopping = false
  const stop = async () => {
    stopping = true
    if (prometheus.exitCode === null && prometheus.kill('SIGKILL')) await once(prometheus, 'exit')
    await rm(folder, { recursive: true })
  }
  try {
    const origin = await readiness(prometheus)
    prometheus.once('exit', () => {
      if (!stopping) void stop().then(() => process.exit(1))
    })
    return { ready: { origin }, stop }
  } catch (error) {
    await stop()
    throw error
  }
})
