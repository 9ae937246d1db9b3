import { nanoseconds } from './case.js'
import { oneAfterTheOther, timed } from './loops.js'
import { open } from './open.js'
import { succeed } from './work.js'

/** @type {Record<string, () => Promise<unknown>>} */
const instrumentations = {
  'no OpenTelemetry': async () => {},
  'no SDK': async () => instrument({}),
  'metrics SDK': async () => instrument({ meterProvider: await meterProvider() }),
  'metrics SDK, callDuration: false': async () =>
    instrument({ meterProvider: await meterProvider(), callDuration: false }),
  'SDK, a span for each call': async () =>
    instrument({ meterProvider: await meterProvider(), tracerProvider: await tracerProvider(), callSpans: 'all' }),
}

/** @param {import('@cb/opentelemetry').InstrumentCircuitBreakersOptions} options */
async function instrument(options) {
  const { instrumentCircuitBreakers } = await import('@cb/opentelemetry')
  instrumentCircuitBreakers(options)
}

async function meterProvider() {
  const { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } = await import(
    '@opentelemetry/sdk-metrics'
  )
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
  return new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000 })] })
}

/** Creates and ends spans; does not export them. */
async function tracerProvider() {
  const { BasicTracerProvider, NoopSpanProcessor } = await import('@opentelemetry/sdk-trace-base')
  return new BasicTracerProvider({ spanProcessors: [new NoopSpanProcessor()] })
}

/** @type {import('./case.js').Group} */
export const telemetry = {
  title: 'OpenTelemetry',
  description: 'A breaker with default options, through @cb/opentelemetry; a reader collects each second.',
  cases: {
    opentelemetry: {
      title: 'success',
      subjects: ['wrapper', ...Object.keys(instrumentations)],
      metrics: nanoseconds,
      floor: 'wrapper',
      async prepare(name, roundMs) {
        await instrumentations[name]?.()
        const guard = await open(name === 'wrapper' ? name : '@cb/core')
        const round = await timed(oneAfterTheOther, guard(succeed), roundMs)
        return async () => ({ ns: await round() })
      },
    },
  },
}
