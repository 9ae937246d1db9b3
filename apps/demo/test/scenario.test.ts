import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OtlpServer, type ReceivedSpan } from '../src/observability/otlp-server.ts'
import { DemoRun, patience } from './demo-run.ts'
import { type Watched, watch } from './live-page.ts'

/** One run of the whole scenario, with piped output, exported telemetry and a live page, for all tests of this file. */
const collector = new OtlpServer()
let run: DemoRun
let watched: Watched

beforeAll(async () => {
  await collector.start()
  run = new DemoRun(['--once', '--port', '0'], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await run.printed('Times')
  const [, address = ''] = /^Watch it live: (http:\S+\/breakers\/)$/m.exec(run.stdout) ?? []
  watched = await watch(address, 'payment.read')
  await run.ended
}, 2 * patience)

afterAll(() => collector.close())

test('the run ends with 0, and prints nothing on standard error', async () => {
  expect(run.stderr).toBe('')
  expect(await run.ended).toBe(0)
})

test('the address of the live page is the first line', () => {
  expect(run.stdout).toMatch(/^Watch it live: http:\/\/127\.0\.0\.1:\d+\/breakers\/\n/)
})

test('the live page shows the payment breaker open during the outage, why it opened, its probes and its recovery', () => {
  const why = expect.stringMatching(/^opened because 10 calls in a row failed/)
  expect(watched.shown).toContainEqual({ state: 'open', why })
  expect(watched.shown.at(-1)).toEqual({ state: 'closed', why: 'closed: the probes succeeded' })
  expect(watched.path.join(', ')).toMatch(
    /closed to open, open to half-open, half-open to open, .*half-open to closed$/,
  )
})

test('no process is left', async () => {
  expect(Object.keys(run.pids)).toEqual(['gateway', 'user', 'order', 'payment'])
  await run.allGone()
})

test('the timeline has the events of the payment breaker in order, with their reasons', () => {
  const story = [
    'START     40 dashboards and 5 payments a second',
    'FAULT     payment hangs',
    'OPEN      payment\\.read: 10 failures in a row \\(timeout\\); no calls for \\d\\.\\d s\n',
    'PROBE     payment\\.read is half-open after \\d\\.\\d s',
    'OPEN      payment\\.read: the probe failed \\(timeout\\); no calls for \\d\\.\\d s\n',
    'RECOVERED payment responds again \\(the gateway does not know yet\\)',
    'PROBE     payment\\.read is half-open after \\d\\.\\d s',
    'CLOSED    payment\\.read: its probes succeeded within [\\d.]+ ms',
    'END       all breakers are closed',
  ]
  expect(run.stdout).toMatch(new RegExp(story.map((event) => ` +\\d+\\.\\d s  ${event}`).join('[^]*')))
})

/** Lines of events and of the result, whose numbers differ in each run, and so does what callers got. Without alerts, which need `--telemetry`. */
function eventsIn(text: string): string[] {
  const lines =
    text.match(/^ {2,}\d+\.\d s {2}(?!ALERT|OVER).*$|^ {2}The payment breaker opened[\s\S]*?failed\.$/gm) ?? []
  return lines.map((line) => line.replace(/\s+/g, ' ').replace(/\d+(?:\.\d+)? (?:ms|s)\b|\d+/g, 'N'))
}

test.each(['../../../README.md', '../README.md'])('the run that %s shows has the words of a run', (readme) => {
  const blocks = readFileSync(new URL(readme, import.meta.url), 'utf8').split('```')
  const shown = blocks.find((block) => block.includes(' START ')) ?? ''
  expect(eventsIn(shown).length).toBeGreaterThan(5)
  expect(eventsIn(run.stdout)).toEqual(expect.arrayContaining(eventsIn(shown)))
})

test('callers got a fallback after a timeout before the breaker opened, and a fast fallback after that', () => {
  expect(run.stdout).toMatch(/FAULT.*\n +callers: .*\d+ fallback after timeout \(\d{3,} ms\)/)
  expect(run.stdout).toMatch(/OPEN.*\n +callers: .*\d+ fast fallback \(/)
})

test('the summary counts every dashboard once, and none failed', () => {
  const rows = [...run.stdout.matchAll(/^ {2}.{30} +(\d+) +(?:[\d.]+ ms|–) +(?:[\d.]+ ms|–) +(\d+) +(\d+) +(\d+)$/gm)]
  const [sent, live, fallback, failed] = [1, 2, 3, 4].map((column) =>
    rows.map((row) => Number(row[column])).reduce((sum, count) => sum + count, 0),
  ) as [number, number, number, number]
  expect(rows).toHaveLength(4)
  expect(live + fallback).toBe(sent)
  expect(failed).toBe(0)
  expect(run.stdout.replaceAll('\n ', '')).toContain(`; 0 of ${sent} dashboard requests failed.`)
})

test('output to a file has no colours and fits 100 columns', () => {
  expect(run.stdout).not.toContain('\u001b')
  // Except warnings of a library, which a slow machine may cause.
  const lines = run.stdout.split('\n').filter((line) => !line.includes('gateway stderr:'))
  expect(lines.filter((line) => line.length > 100)).toEqual([])
})

test('the request that opened the breaker is printed with its trace and the later transitions', () => {
  const [, traceId] = /GET \/user-dashboard\/:userId +\d{3,} ms {2}200 {3}trace ([0-9a-f]{32})/.exec(run.stdout) ?? []
  expect(traceId).toBeDefined()
  expect(run.stdout).toMatch(/├─ GET payment +\d{3,} ms {2}ECONNABORTED/)
  expect(run.stdout).toMatch(/└─ circuit_breaker open.*\n.*name payment\.read, .*calls 10, error.type/)
  expect(run.stdout).toMatch(/half_open .*\n.*open .*probe_failed\n.*half_open .*\n +└─ linked: circuit_breaker closed/)
  expect(collector.spans.some((span) => span.traceId === traceId && span.name === 'circuit_breaker open')).toBe(true)
})

test('the collector gets the spans of gateway and services in one trace', () => {
  const inPayment = find(collector.spans, { service: 'cb-demo-payment', name: 'GET /payments' })
  const inClient = find(collector.spans, { service: 'cb-demo-gateway', spanId: inPayment.parentId })
  const inGateway = find(collector.spans, { service: 'cb-demo-gateway', spanId: inClient.parentId })
  expect([inClient.name, inGateway.name]).toEqual(['GET payment', 'GET /user-dashboard/:userId'])
  expect(new Set([inPayment, inClient, inGateway].map(({ traceId }) => traceId)).size).toBe(1)
})

test('the collector gets the opening as a child of the request that caused it, and the metrics', () => {
  const opened = collector.spans.find(
    ({ name, attributes }) => name === 'circuit_breaker open' && attributes['circuit_breaker.name'] === 'payment.read',
  )
  expect(find(collector.spans, { spanId: opened?.parentId }).name).toBe('GET /user-dashboard/:userId')
  const next = collector.spans.find(({ links }) => links.some((spanId) => spanId === opened?.spanId))
  expect(next?.name).toBe('circuit_breaker half_open')
  expect([...collector.metrics]).toEqual(expect.arrayContaining(['circuit_breaker.state', 'circuit_breaker.calls']))
})

function find(spans: ReceivedSpan[], wanted: Record<string, unknown>): ReceivedSpan {
  const found = spans.find((span) =>
    Object.entries(wanted).every(([key, value]) => span[key as keyof ReceivedSpan] === value),
  )
  if (found === undefined) throw new Error(`no span with ${JSON.stringify(wanted)} among ${spans.length}`)
  return found
}
