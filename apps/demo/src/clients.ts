import { protectAxios } from '@cb/axios'
import {
  anyOf,
  CircuitBreakerRegistry,
  consecutiveFailures,
  exponentialBackoff,
  failureRate,
  type Overrides,
  timeWindow,
} from '@cb/core'
import axios, { type AxiosInstance } from 'axios'
import { probeHeader } from './fleet/call-counter.ts'
import { type ServiceAddresses, type ServiceName, serviceNames } from './services.ts'
import { traceAttempts } from './traced-http.ts'

/** Short, because a read has a fallback from memory. */
export const readTimeout = 600

/** Longer, because after a timeout it is unknown whether the write was done. */
export const writeTimeout = 1_200

/** Probes in flight of one breaker for reads, or of all gateways that share it. */
export const mostReadProbes = 2

const reads: Overrides = {
  trip: anyOf(failureRate({ threshold: 0.5, window: timeWindow(10_000), minimumCalls: 20 }), consecutiveFailures(10)),
  openDuration: exponentialBackoff({ initial: 3_000, max: 30_000, jitter: 0.2 }),
  halfOpen: { maxConcurrent: mostReadProbes, successThreshold: 3 },
}

/** Three failures in a row are enough: after each one a customer does not know whether the payment was made. */
const writes: Overrides = {
  trip: consecutiveFailures(3),
  openDuration: exponentialBackoff({ initial: 3_000, max: 30_000, jitter: 0.2 }),
  halfOpen: { maxConcurrent: 1, successThreshold: 2 },
}

export type Clients = Readonly<Record<ServiceName, AxiosInstance>>

/** A client for each service, guarded by two breakers: one for reads, one for writes. */
export function makeClients(services: ServiceAddresses): { clients: Clients; registry: CircuitBreakerRegistry } {
  const registry = new CircuitBreakerRegistry()
  const clients = Object.fromEntries(
    serviceNames.map((name) => [name, makeClient(name, services[name].origin, registry)]),
  ) as unknown as Clients
  return { clients, registry }
}

function makeClient(service: ServiceName, baseURL: string, registry: CircuitBreakerRegistry): AxiosInstance {
  const client = axios.create({ baseURL, proxy: false })
  const keyOf = ({ method }: { method?: string }) => `${service}.${method?.toLowerCase() === 'get' ? 'read' : 'write'}`
  const send = traceAttempts(service, axios.getAdapter('http'))
  client.defaults.adapter = (config) => {
    if (registry.get(keyOf(config)).state === 'half-open') config.headers.set(probeHeader, 'true')
    return send(config)
  }
  protectAxios(client, {
    registry,
    key: keyOf,
    overrides: (key) => (key.endsWith('.read') ? reads : writes),
  })
  return client
}
