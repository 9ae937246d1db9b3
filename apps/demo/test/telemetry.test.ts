import { PassThrough } from 'node:stream'
import { deferred } from '@cb/test-kit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { panels } from '../../../packages/opentelemetry/monitoring/grafana-panels.ts'
import { fillIn } from '../../../packages/opentelemetry/test/grafana-variables.ts'
import { needsPrometheus, promtool } from '../../../packages/opentelemetry/test/promtool.ts'
import { createDemo } from '../src/demo.ts'
import { PrometheusClient } from '../src/observability/prometheus-client.ts'
import { run } from '../src/run.ts'
import { patience } from './demo-run.ts'

needsPrometheus()

/** One run of the whole scenario as on a terminal, which stays up until all tests of this file are over. */
const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 1 }) // too narrow for the status line
const inviting = deferred()
const ctrlC = deferred<number>()
let output = ''
let over: Promise<number>
let prometheus: PrometheusClient
const startedAt = Date.now()

beforeAll(async () => {
  if (!(await promtool('--version').catch(() => undefined))) return
  vi.stubEnv('NO_COLOR', '1')
  terminal.setEncoding('utf8').on('data', (text) => {
    output += text
    if (output.includes('Your turn')) inviting.resolve()
  })
  const programs = new URL('../dist/', import.meta.url)
  const options = { once: false, telemetry: true, port: 0, orAnyPort: false, programs, output: terminal as never }
  over = run(await createDemo(options), options, ctrlC.promise)
  const how = await Promise.race([inviting.promise.then(() => 'stays up'), over])
  expect(how, output).toBe('stays up')
  const [, origin = ''] = /^ {2}prometheus +(http\S+)/m.exec(output) ?? []
  prometheus = new PrometheusClient(origin)
}, 5 * patience)

afterAll(() => ctrlC.resolve(130))

test('the alert fires during the outage, before the service recovers, and is over before the end', () => {
  const story = [
    'FAULT     payment hangs',
    'OPEN      payment\\.read',
    'ALERT     CircuitBreakerOpenTooLong: payment\\.read has not been closed for 5s',
    'RECOVERED payment responds again',
    'CLOSED    payment\\.read',
    'OVER      CircuitBreakerOpenTooLong: payment\\.read',
    'END       all breakers are closed',
  ]
  expect(output).toMatch(new RegExp(story.map((event) => ` +\\d+\\.\\d s  ${event}`).join('.*'), 's'))
})

test('in Prometheus these two alerts have fired, no others, and none fires now', async () => {
  const fired = await prometheus.query('max_over_time(ALERTS{alertstate="firing"}[10m])')
  const names = fired.map(({ labels }) => `${labels['alertname']} ${labels['circuit_breaker_name']}`)
  expect(names).toContain('CircuitBreakerOpenTooLong payment.read')
  expect(names).toContain('CircuitBreakerRejectionShare payment.read')
  expect(names.filter((name) => !/^CircuitBreaker(OpenTooLong|RejectionShare) /.test(name))).toEqual([])
  expect((await prometheus.alerts()).filter(({ state }) => state === 'firing')).toEqual([])
})

/** What does not happen in the demo. */
const empty = ['Overrides', 'Not closed for', 'Slow calls', 'Fallbacks', 'Would have been rejected (shadow mode)']
const shown = panels.filter(({ title = '' }) => !empty.includes(title))
const queries = shown.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, refId }) => ({ title, refId, expr: fillIn(String(expr)) })),
)

test.each(queries)('the panel $title, query $refId, has data', async ({ expr }) => {
  const ranges = await prometheus.queryRange(expr, startedAt, Date.now(), 1_000)
  const values = ranges.flatMap(({ values }) => values)
  expect(values.length).toBeGreaterThan(0)
  expect(values.filter((value) => !Number.isFinite(value))).toEqual([])
})

test('the state timeline shows closed and open, and only values that have a colour', async () => {
  const expr = fillIn(String(panels.find(({ title }) => title === 'State')?.targets?.[0]?.['expr']))
  const ranges = await prometheus.queryRange(expr, startedAt, Date.now(), 500)
  const payment = ranges.find(({ labels }) => labels['circuit_breaker_name'] === 'payment.read')
  const seen = new Set(payment?.values)
  expect([...seen].filter((value) => ![0, 1, 2].includes(value))).toEqual([])
  expect([...seen]).toEqual(expect.arrayContaining([0, 2]))
})

test('the questions on call are answered for a moment within the outage', () => {
  const [, section = ''] = output.split('Answers of Prometheus')
  const expected = {
    'Which breakers are not closed?': /payment\.read +(open|half_open)/,
    'Since when?': /payment\.read +for \d+\.\d s/,
    'Which have opened?': /payment\.read +.*from closed once/,
    'Which errors were there?': /payment\.read +ECONNABORTED \d+ times/,
    'Who was rejected?': /payment\.read +\d+ calls/,
    'Is it flapping?': /payment\.read +no, it opened only once/,
  }
  for (const [question, answer] of Object.entries(expected)) {
    const [, answers = ''] = section.split(question)
    expect(answers.split(/\S\?/)[0]).toMatch(answer)
  }
})

test('the trip is printed as received, with the spans of the services', () => {
  const [, section = ''] = output.split('as received by OTLP')
  expect(section).toMatch(/├─ GET payment +\d{3,} ms {2}ECONNABORTED\n {2}│ {2}└─ GET/)
  expect(section).toMatch(/├─ GET user .*\n {2}│ {2}└─ GET \/users\/:id /)
  expect(section).toMatch(
    /└─ circuit_breaker open[^\n]*\n[^\n]*reason consecutive_failures, calls 10.*linked: circuit_breaker closed/s,
  )
  expect(section).toMatch(/Received by OTLP: \d+ spans of 4 services, and \d+ metrics\./)
})

test('the result includes the times of the alert', () => {
  const [, result = ''] = output.replaceAll('\n ', '').split('Result')
  expect(result).toMatch(
    /Prometheus alerted \d+\.\d s after it opened, and the alert was over \d+\.\d s after it closed/,
  )
})

test(
  'Ctrl-C afterwards ends all processes, including Prometheus, with 0',
  async () => {
    ctrlC.resolve(130)
    expect(await over).toBe(0)
    await expect(prometheus.alerts()).rejects.toThrow('fetch failed')
    expect(output).not.toContain('telemetry export failed')
  },
  patience,
)
