import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { AxiosAdapter } from 'axios'
import type { RequestHandler } from 'express'

const tracer = trace.getTracer('@cb/demo')

/** A server span for each request, in the trace of the caller's `traceparent`. */
export const traceRequests: RequestHandler = (request, response, next) => {
  const caller = propagation.extract(ROOT_CONTEXT, request.headers)
  const attributes = { 'http.request.method': request.method, 'url.path': request.path, 'url.scheme': 'http' }
  const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER, attributes }, caller)
  response.once('close', () => {
    if (request.route !== undefined) {
      const route = `${request.baseUrl}${request.route.path}`
      span.updateName(`${request.method} ${route}`).setAttribute('http.route', route)
    }
    if (response.writableFinished) finish(span, { 'http.response.status_code': response.statusCode })
    else finish(span, { 'error.type': 'client_closed_request' })
  })
  context.with(trace.setSpan(caller, span), next)
}

/** A client span for each request that is sent; a rejected request has none. */
export function traceAttempts(service: string, adapter: AxiosAdapter): AxiosAdapter {
  return async (config) => {
    const method = (config.method ?? 'get').toUpperCase()
    const attributes = { 'http.request.method': method, 'peer.service': service }
    const span = tracer.startSpan(`${method} ${service}`, { kind: SpanKind.CLIENT, attributes })
    const attempt = trace.setSpan(context.active(), span)
    propagation.inject(attempt, config.headers, { set: (headers, name, value) => headers.set(name, value) })
    try {
      const response = await context.with(attempt, () => adapter(config))
      finish(span, { 'http.response.status_code': response.status })
      return response
    } catch (error) {
      finish(span, describe(error))
      throw error
    }
  }
}

function finish(span: Span, attributes: Attributes): void {
  span.setAttributes(attributes)
  const status = attributes['http.response.status_code']
  if (typeof status !== 'number' || status >= 500) {
    if (typeof status === 'number') span.setAttribute('error.type', String(status))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

function describe(error: unknown): Attributes {
  const { response, code } = error as { response?: { status: number }; code?: string }
  return response === undefined ? { 'error.type': code ?? 'error' } : { 'http.response.status_code': response.status }
}
