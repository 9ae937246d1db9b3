import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CircuitBreaker, consecutiveFailures, slowCallRate } from '@cb/core'
import type { Attributes } from '@opentelemetry/api'
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { attribute, metric, spanName } from '../src/names.ts'
import { startCollector } from './collector.ts'
import { inMemory, startGlobally, stopGlobally } from './in-memory.ts'
import { fullOutage } from './outage.ts'
import { tables, withTables } from './readme-tables.ts'
import { sharedBreaker, tripped } from './shared-breaker.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = await readFile(`${root}README.md`, 'utf8')
const [program = '', withNodeSdk = '', withPrometheus = '', manyBreakers = '', exponential = ''] = [
  ...readme.matchAll(/```js\n(.*?)```/gs),
].map((block) => block[1])

/** Writes a program to a file of this package, where its imports resolve. */
async function fileOf(code: string): Promise<string> {
  const folder = `${root}reports/readme`
  const file = `${folder}/${code.length}.mjs`
  await mkdir(folder, { recursive: true })
  await writeFile(file, code)
  onTestFinished(() => rm(file))
  return file
}

async function run(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = await fileOf(code)
  const { stdout, stderr } = await promisify(execFile)('node', [file], { env: { ...process.env, ...env } })
  expect(stderr).toBe('')
  return stdout
}

test('the first program prints the span and the metrics of an opening', async () => {
  const output = await run(program)
  expect(output).toMatch(/ECONNREFUSED\nECIRCUITOPEN\n/)
  expect(output).toMatch(/open\n$/)
  expect(output).toContain("name: 'circuit_breaker open'")
  for (const { name } of [metric.state, metric.transitions, metric.calls, metric.callDuration, metric.stateDuration]) {
    expect(output).toContain(`name: '${name}'`)
  }
})

const allByOtlp = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' }
const outage = `
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
export const breaker = new CircuitBreaker({ name: 'readme', trip: consecutiveFailures(1) })
await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
`
const server = `
import { createServer } from 'node:http'
createServer().listen(0, () => console.log('listening'))
`

/** Runs a program until it is listening, and then ends it by a signal. */
async function terminated(code: string, env: NodeJS.ProcessEnv): Promise<{ exitCode: unknown; errors: string }> {
  const program = spawn('node', [await fileOf(code)], { env: { ...process.env, ...env } })
  let errors = ''
  program.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  program.stdout.once('data', () => program.kill('SIGTERM'))
  const [exitCode] = await once(program, 'close')
  return { exitCode, errors }
}

test('a server with NodeSDK that gets SIGTERM sends what is left, and exits with 0', async () => {
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  const env = { ...allByOtlp, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  expect(await terminated(withNodeSdk + outage + server, env)).toEqual({ exitCode: 0, errors: '' })
  expect(collector.metrics.map(({ name }) => name)).toContain(metric.state.name)
  expect(collector.spans.map((span) => span.name)).toContain(spanName.open)
})

test('where no collector listens, programs with NodeSDK say so and exit with 0, also by SIGTERM', async () => {
  const nobody = await startCollector()
  await nobody.close()
  const env = { ...allByOtlp, OTEL_EXPORTER_OTLP_ENDPOINT: nobody.url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' }
  const file = await fileOf(withNodeSdk + outage)
  const { stderr } = await promisify(execFile)('node', [file], { env: { ...process.env, ...env } })
  expect(stderr).toMatch(/^telemetry was lost: .+\n$/)
  const { exitCode, errors } = await terminated(withNodeSdk + outage + server, env)
  expect(exitCode).toBe(0)
  expect(errors).toMatch(/^telemetry was lost: .+\n$/)
})

test('the program with NodeSDK sends all signals to an OTLP collector', async () => {
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  await run(withNodeSdk + outage, { ...allByOtlp, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  expect(collector.spans.map((span) => span.name)).toContain(spanName.open)
  expect(collector.metrics.map(({ name }) => name)).toContain(metric.state.name)
  expect(collector.logs.map((log) => log.attributes[attribute.name])).toEqual(['readme'])
})

test('the program with NodeSDK and the Prometheus exporter is scraped', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const scrape = `
const text = await (await fetch('http://localhost:${port}/metrics')).text()
console.log(text.match(/^circuit_breaker_state{.*state="open".*/m)[0])
await sdk.shutdown()
`
  const env = { OTEL_EXPORTER_PROMETHEUS_PORT: `${port}`, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
  expect(await run(withPrometheus + outage + scrape, env)).toMatch(/circuit_breaker_name="readme".* 1$/m)
})

/** The cells of each row of a table. */
function rows(name: string): string[][] {
  const [, , ...lines] = (tables[name] ?? '').split('\n')
  return lines.map((line) => line.slice(2, -2).split(' | '))
}

const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1])
const sorted = (names: Iterable<string | undefined>) => [...new Set(names)].sort()

test('the program with options for many breakers prints the names', async () => {
  expect(await run(manyBreakers)).toBe('331\n')
})

test('the program with exponential histograms runs', async () => {
  expect(await run(exponential)).toBe('')
})

test('the tables have the names of the code; `vitest run -u readme` writes them', async () => {
  await expect(withTables(readme)).toMatchFileSnapshot('../README.md')
})

test('the tables list the attributes, instruments and units that an SDK receives', async () => {
  const telemetry = inMemory()
  startGlobally(telemetry)
  onTestFinished(stopGlobally)
  onTestFinished(instrumentCircuitBreakers({ callSpans: 'all', outageSpan: true }))
  const { request, clock } = await fullOutage('https://documented.example')
  for (let call = 0; call < 4; call++) await request()
  clock.advance(1)
  const shadow = new CircuitBreaker({ name: 'in the shadow', shadow: true, trip: consecutiveFailures(1) })
  shadow.acquire().failure(new Error())
  shadow.acquire().success()
  shadow.forceOpen()
  await shadow.execute(async () => 'live', { fallback: () => 'cached' })
  const trip = slowCallRate({ slowAfter: 1_000, minimumCalls: 1 })
  const [fast, slow] = ['fast', 'slow'].map((name) => new CircuitBreaker({ name, trip, now: clock.now }))
  fast?.acquire().success()
  await slow?.execute(async () => clock.advance(1_000))
  slow?.reset() // ends its outage
  const shared = sharedBreaker('of a fleet')
  for (const state of ['open', 'half-open', 'closed'] as const) shared.adopt({ ...tripped, state })

  for (const [name, , attributes] of rows('spans')) {
    const [prefix = ''] = codes(name)[0]?.split('{') ?? []
    const received = telemetry.spans().filter((span) => span.name.startsWith(prefix))
    expect(sorted(codes(attributes))).toEqual(sorted(received.flatMap((span) => namesOf(span.attributes))))
  }
  const received = (await telemetry.collect()).map((data) => [
    data.descriptor.name,
    instrumentOf(data),
    data.descriptor.unit,
    ...sorted(data.dataPoints.flatMap((point) => namesOf(point.attributes))),
  ])
  const documented = rows('metrics').map(([name, instrument, unit, attributes]) => [
    ...codes(name),
    instrument?.replace('Observable', ''),
    ...codes(unit),
    ...sorted(codes(attributes)),
  ])
  expect(new Set(documented)).toEqual(new Set(received))
  expect([fast?.state, shadow.state, shared.breaker.state]).toEqual(['closed', 'open', 'closed']) // references until here, because a collected breaker is not reported
})

/** The table of values says where the attribute of shadow mode is. */
function namesOf(attributes: Attributes): string[] {
  return Object.keys(attributes).filter((name) => name !== attribute.shadow)
}

function instrumentOf({ dataPointType, ...data }: MetricData): string {
  if (dataPointType === DataPointType.SUM)
    return 'isMonotonic' in data && data.isMonotonic ? 'Counter' : 'UpDownCounter'
  return dataPointType === DataPointType.GAUGE ? 'Gauge' : 'Histogram'
}
