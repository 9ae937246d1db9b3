// The cost of a call through a breaker with this package and without it, with an SDK and without one.

import { CircuitBreaker, observe } from '@cb/core'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, NoopSpanProcessor } from '@opentelemetry/sdk-trace-base'

const rounds = 30
const callsPerRound = 10_000

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })
const sdk = {
  meterProvider: new MeterProvider({ readers: [reader] }),
  tracerProvider: new BasicTracerProvider({ spanProcessors: [new NoopSpanProcessor()] }),
}

/** Each starts something, and returns a function that stops it. */
const cases = {
  'no observer': () => () => {},
  'core alone: an observer that does nothing': () => observe({ outcome() {} }),
  'no SDK': () => instrumentCircuitBreakers(),
  'no SDK, with call spans': () => instrumentCircuitBreakers({ callSpans: 'all' }),
  'SDK, callDuration: false': () => instrumentCircuitBreakers({ ...sdk, callDuration: false }),
  SDK: () => instrumentCircuitBreakers(sdk),
  'SDK, with call spans': () => instrumentCircuitBreakers({ ...sdk, callSpans: 'all' }),
  'SDK, with call spans, callDuration: false': () =>
    instrumentCircuitBreakers({ ...sdk, callSpans: 'all', callDuration: false }),
}

const work = async () => {}
const payments = new CircuitBreaker({ name: 'payments' })
const rejecting = new CircuitBreaker({ name: 'rejecting' })
rejecting.forceOpen()
const histogram = sdk.meterProvider.getMeter('bench').createHistogram('bench')
const attributes = Object.freeze({ 'circuit_breaker.name': 'payments', 'circuit_breaker.call.outcome': 'success' })

/** Nanoseconds of processor time, because the clock also counts other programs. */
function perCall(start) {
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1_000) / callsPerRound
}

async function timeSuccesses() {
  const start = process.cpuUsage()
  for (let n = 0; n < callsPerRound; n++) await payments.execute(work)
  return perCall(start)
}

async function timeRejections() {
  const start = process.cpuUsage()
  for (let n = 0; n < callsPerRound; n++) await rejecting.execute(work).catch(ignore)
  return perCall(start)
}

function ignore() {}

function timeRecords() {
  const start = process.cpuUsage()
  for (let n = 0; n < callsPerRound; n++) histogram.record(0.01, attributes)
  return perCall(start)
}

// In turns, so that a slow phase of the machine affects all cases.
const successes = new Map(Object.keys(cases).map((name) => [name, []]))
const rejections = new Map(Object.keys(cases).map((name) => [name, []]))
const records = []
for (let round = 0; round < rounds; round++) {
  for (const [name, turnOn] of Object.entries(cases)) {
    const turnOff = turnOn()
    successes.get(name).push(await timeSuccesses())
    rejections.get(name).push(await timeRejections())
    turnOff()
  }
  records.push(timeRecords())
}

/** The median without the first third of the rounds, in which code is still compiled. */
function median(values) {
  const settled = values.slice(rounds / 3).sort((one, other) => one - other)
  return settled[settled.length >> 1]
}

const columns = (...cells) => cells.map((cell) => String(cell).padStart(10)).join('')
const more = (times, name) => Math.round(median(times.get(name)) - median(times.get('no observer')))
console.log('processor time per call, in nanoseconds'.padEnd(44) + columns('success', 'more', 'rejected', 'more'))
for (const name of Object.keys(cases)) {
  const [success, rejection] = [successes, rejections].map((times) => Math.round(median(times.get(name))))
  console.log(name.padEnd(44) + columns(success, more(successes, name), rejection, more(rejections, name)))
}
console.log(`\none histogram.record of the SDK with two attributes: ${Math.round(median(records))}`)
process.exit() // the reader's timer
