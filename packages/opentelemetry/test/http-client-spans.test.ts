import { createRequire } from 'node:module'
import { CircuitBreaker } from '@cb/core'
import { type Listening, listen, until } from '@cb/test-kit'
import { propagation } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CircuitBreakerInstrumentation } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally } from './in-memory.ts'

const telemetry = inMemory()
let server: Listening
let unregister: () => void
const received: unknown[] = []

beforeAll(async () => {
  startGlobally(telemetry)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  unregister = registerInstrumentations({
    instrumentations: [
      new CircuitBreakerInstrumentation({ callSpans: 'all' }),
      new HttpInstrumentation({ disableIncomingRequestInstrumentation: true }),
      new UndiciInstrumentation(),
    ],
  })
  server = await listen((request, response) => {
    received.push(request.headers['traceparent'])
    response.end('hello')
  })
})

afterAll(async () => {
  unregister()
  propagation.disable()
  stopGlobally()
  await server.close()
})

/** The instrumentation wraps only modules that are required after its start. */
function get(url: string): Promise<string> {
  const http: typeof import('node:http') = createRequire(import.meta.url)('http')
  return new Promise((resolve, reject) => {
    const request = http.get(url, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
    request.on('error', reject)
  })
}

test.each([
  ['fetch', async (url: string) => (await fetch(url)).text()],
  ['node:http', get],
])("a request of %s is a child of the call's span, and carries it to the server", async (client, request) => {
  received.length = 0
  const breaker = new CircuitBreaker({ name: server.origin })
  expect(await breaker.execute(() => request(`${server.origin}/${client}`))).toBe('hello')
  const call = telemetry.spans().findLast((span) => span.name === `execute ${server.origin}`)
  const isChild = (span: ReadableSpan) => span.parentSpanContext?.spanId === call?.spanContext().spanId
  await until(() => telemetry.spans().some(isChild)) // it ends after the last byte of the connection
  const sent = telemetry.spans().find(isChild)
  expect(sent?.name).toBe('GET')
  const { traceId, spanId } = sent?.spanContext() ?? {}
  expect(received).toEqual([`00-${traceId}-${spanId}-01`])
  expect(traceId).toBe(call?.spanContext().traceId)
  // Both have the same name of the server, so that one search finds both.
  for (const key of ['server.address', 'server.port']) expect(call?.attributes[key]).toBe(sent?.attributes[key])
  expect(call?.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': server.port })
})
