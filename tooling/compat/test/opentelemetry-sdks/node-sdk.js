// An application that starts NodeSDK with this instrumentation and the one of an HTTP client, and calls a server.

import { createServer } from 'node:http'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { CircuitBreakerInstrumentation } from '@cb/opentelemetry'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'

process.env.OTEL_METRICS_EXPORTER = 'none' // there is no collector
const spans = []
const events = []
const processor = { forceFlush: async () => {}, shutdown: async () => {} }
const sdk = new NodeSDK({
  instrumentations: [new CircuitBreakerInstrumentation({ callSpans: 'all' }), new UndiciInstrumentation()],
  spanProcessors: [{ ...processor, onStart() {}, onEnd: (span) => spans.push(span) }],
  logRecordProcessors: [{ ...processor, onEmit: (record) => events.push(record.eventName) }],
  autoDetectResources: false,
})
sdk.start()

let traceparent
const server = createServer((request, response) => {
  traceparent = request.headers['traceparent']
  response.end()
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const origin = `http://127.0.0.1:${server.address().port}`

const breaker = new CircuitBreaker({ name: 'bank', trip: consecutiveFailures(1) })
await breaker.execute(async () => (await fetch(origin)).text())
await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
await sdk.shutdown()
server.closeAllConnections()
server.close()

const call = spans.find((span) => span.name === 'execute bank')
const request = spans.find((span) => span.name === 'GET')
const { traceId, spanId } = request.spanContext()
console.log(
  JSON.stringify({
    spans: spans.map((span) => span.name),
    events,
    requestIsChildOfCall: request.parentSpanContext.spanId === call.spanContext().spanId,
    serverSawTheRequest: traceparent === `00-${traceId}-${spanId}-01`,
  }),
)
