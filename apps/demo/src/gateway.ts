/** The gateway (backend for frontends) that browsers and phones call. */
import { createServer } from 'node:http'
import type { CircuitBreakerRegistry } from '@cb/core'
import { type DashboardOptions, type Dashboard as LivePage, dashboard as livePage } from '@cb/dashboard'
import { errorHandler, health } from '@cb/express'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import type { Fleet } from '@cb/redis'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import express, { type Express } from 'express'
import { type Program, runChild } from './child.ts'
import { type Clients, makeClients, writeTimeout } from './clients.ts'
import { dashboard } from './dashboard.ts'
import { describeFailure } from './failure.ts'
import { type FleetAddress, join, type Membership } from './fleet/member.ts'
import type { GatewayMessage } from './gateway-messages.ts'
import { home } from './home.ts'
import { closeServer, listenOn, originOf } from './listening.ts'
import { upstreamProblem } from './problem.ts'
import type { ServiceAddresses } from './services.ts'
import { simulateFailure } from './simulate-failure.ts'
import { startTelemetry } from './telemetry.ts'
import { traceRequests } from './traced-http.ts'
import { TripRecorder } from './trip-recorder.ts'

interface GatewayOptions {
  readonly services: ServiceAddresses
  readonly clients: Clients
  readonly registry: CircuitBreakerRegistry
  readonly prometheus: PrometheusExporter
  readonly breakers: LivePage
}

function makeApp({ services, clients, registry, prometheus, breakers }: GatewayOptions): Express {
  const app = express().disable('x-powered-by')
  app.get('/', home)
  app.use('/breakers', breakers)
  app.use('/health', health({ registry, details: true }))
  app.get('/metrics', (request, response) => prometheus.getMetricsRequestHandler(request, response))
  app.post('/simulate-failure/:service', express.json({ strict: false, type: () => true }), simulateFailure(services))
  app.use(traceRequests)
  app.get('/user-dashboard/:userId', dashboard(clients))
  // A payment has no fallback: the caller gets the result, or a rejection with Retry-After.
  app.post('/orders/:id/pay', async ({ params }, response) => {
    const { data } = await clients.payment.post('/payments', { order: params.id }, { timeout: writeTimeout })
    response.status(201).json(data)
  })
  app.use(errorHandler(), upstreamProblem)
  return app
}

/** Sends each transition to the parent, and a report when the parent requests it. */
function report(registry: CircuitBreakerRegistry, recorder: TripRecorder): void {
  const parent = (message: GatewayMessage) => process.send?.(message, () => {}) // the parent may have ended
  registry.on('transition', ({ error, at, ...transition }) => {
    const failure = error === undefined ? {} : { error: describeFailure(error) }
    parent({ type: 'transition', ...transition, ...failure, at: performance.timeOrigin + at })
  })
  process.on('message', ({ type }: { type: string }) => {
    if (type === 'report') parent({ type, breakers: registry.snapshot(), ...recorder.recorded })
  })
}

/** Joins the fleet when the parent says so. Until then the page shows no breaker of it. */
function joinLater(
  registry: CircuitBreakerRegistry,
  address: FleetAddress,
): { readonly onPage: NonNullable<DashboardOptions['fleet']>; leave(): Promise<void> } {
  let membership: Membership | undefined
  const joined = () => {
    if (membership === undefined) throw new Error('the gateway has not joined the fleet yet')
    return membership.fleet
  }
  process.on('message', async ({ type }: { type: string }) => {
    if (type !== 'join') return
    membership = await join(registry, address)
    process.send?.({ type: 'joined' }, () => {}) // the parent may have ended
  })
  const onPage = {
    list: async () => membership?.fleet.list() ?? [],
    forceOpen: async (...force: Parameters<Fleet['forceOpen']>) => joined().forceOpen(...force),
    forceClosed: async (...force: Parameters<Fleet['forceClosed']>) => joined().forceClosed(...force),
    resume: async (...resume: Parameters<Fleet['resume']>) => joined().resume(...resume),
  }
  return { onPage, leave: async () => membership?.leave() }
}

interface Settings {
  readonly port: number
  readonly services: ServiceAddresses
  /** Undefined for a gateway without a fleet. */
  readonly fleet?: FleetAddress
}

await runChild(async (): Promise<Program> => {
  const { port, services, fleet } = JSON.parse(process.argv[2] ?? '{}') as Settings
  const recorder = new TripRecorder('payment.read')
  const prometheus = new PrometheusExporter({ preventServerStart: true })
  const telemetry = await startTelemetry('cb-demo-gateway', { spans: recorder, metrics: prometheus })
  instrumentCircuitBreakers()
  const { clients, registry } = makeClients(services)
  report(registry, recorder)
  const member = fleet && joinLater(registry, fleet)
  // Only this machine can reach it.
  const breakers = livePage({ registry, authorize: () => 'demo', ...(member && { fleet: member.onPage }) })
  const server = createServer(makeApp({ services, clients, registry, prometheus, breakers }))
  const origin = originOf(await listenOn(server, port))
  const stop = () => {
    breakers.close()
    return Promise.all([closeServer(server), telemetry.stop(), member?.leave()])
  }
  return { ready: { origin }, stop }
})
