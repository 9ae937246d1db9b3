import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { alertRules } from '../../../packages/opentelemetry/monitoring/alerts.ts'
import { needsPrometheus, promtool } from '../../../packages/opentelemetry/test/promtool.ts'
import { stackFiles } from '../src/observability/stack-files.ts'

const folder = fileURLToPath(new URL('../observability/', import.meta.url))

test.each(Object.entries(stackFiles))('observability/%s is generated from the constants', async (path, content) => {
  await expect(content).toMatchFileSnapshot(folder + path)
})

test('there are no other files except the README', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  expect(files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort()).toEqual(
    [...Object.keys(stackFiles), 'README.md'].sort(),
  )
})

interface Service {
  readonly image: string
  readonly ports: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: readonly string[]
}

const { services } = parse(stackFiles['compose.yaml'] ?? '') as { services: Record<string, Service> }

test.each(Object.entries(services))('%s is pinned, and reached from this machine only', (_name, service) => {
  expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/)
  expect(service.ports.length).toBeGreaterThan(0)
  for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
})

test.each(Object.entries(services))(
  '%s mounts existing files and depends on existing services',
  (_name, { volumes = [], depends_on = [] }) => {
    for (const volume of volumes) {
      const [, file = ''] = /^([^:]+):\/[^:]+:ro$/.exec(volume) ?? []
      expect(existsSync(folder + file), file).toBe(true)
    }
    for (const other of depends_on) expect(Object.keys(services)).toContain(other)
  },
)

test('every file of the stack is mounted', () => {
  const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]))
  const files = Object.keys(stackFiles).filter((file) => file !== 'compose.yaml')
  expect(mounted).toEqual(expect.arrayContaining(files.map((file) => `./${file}`)))
})

/** Resolves to the output; undefined if the command is not installed. */
async function run(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(command, args, { cwd: folder })).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

test('Docker Compose can read compose.yaml, if a client is installed', async () => {
  const hasPlugin = await run('docker', 'compose', 'version').catch(() => undefined)
  const config = hasPlugin === undefined ? run('docker-compose', 'config') : run('docker', 'compose', 'config')
  const read = parse((await config) ?? stackFiles['compose.yaml'] ?? '') as { services: object }
  expect(Object.keys(read.services).sort()).toEqual(Object.keys(services).sort())
})

interface Pipeline {
  readonly receivers: string[]
  readonly exporters: string[]
}

test('the pipelines of the collector use components that it defines', () => {
  const { service, ...components } = parse(stackFiles['collector.yaml'] ?? '')
  for (const pipeline of Object.values(service.pipelines) as Pipeline[]) {
    for (const [kind, names] of Object.entries(pipeline)) {
      for (const name of names) expect(Object.keys(components[kind])).toContain(name)
    }
  }
})

test('every host with a port is a service of the stack', () => {
  const named = ['collector.yaml', 'prometheus.yaml', 'grafana/datasources.yaml'].flatMap((file) => [
    ...(stackFiles[file] ?? '').matchAll(/(?<=[ /])([a-z]+):\d{4,}/g),
  ])
  expect(named.length).toBeGreaterThanOrEqual(4)
  for (const [, host] of named) expect(Object.keys(services)).toContain(host)
})

describe('with Prometheus', () => {
  needsPrometheus()

  test('promtool accepts the configuration, with the rules beside it', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'cb-demo-config-'))
    onTestFinished(() => rm(copy, { recursive: true }))
    await writeFile(`${copy}/prometheus.yaml`, stackFiles['prometheus.yaml'] ?? '')
    await writeFile(`${copy}/alerts.yaml`, JSON.stringify(alertRules()))
    expect(await promtool('check', 'config', `${copy}/prometheus.yaml`)).toMatchObject({ ok: true })
  })
})
