// Compiled only: the code of an application that uses every package.

import { protectAxios } from '@cb/axios'
import {
  CircuitBreaker,
  CircuitBreakerRegistry,
  CircuitOpenError,
  consecutiveFailures,
  observe,
  restoreState,
  saveState,
} from '@cb/core'
import { dashboard } from '@cb/dashboard'
import { admin, errorHandler, guard, health } from '@cb/express'
import { protectFetch } from '@cb/fetch'
import { breakerInterceptor } from '@cb/fetch/undici'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers, names } from '@cb/opentelemetry'
import { joinFleet, memoryStore } from '@cb/redis'
import { storeChecks } from '@cb/redis/testing'
import axios, { AxiosError } from 'axios'
import express from 'express'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { Agent } from 'undici'

const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(3) } })

const client = axios.create({ baseURL: 'http://127.0.0.1:1', circuitBreaker: { callTimeout: 500 } })
protectAxios(client, { registry, classify: ({ response }) => (response?.status === 404 ? 'failure' : undefined) })
protectAxios(axios)
client.get('/', { circuitBreaker: false }).catch((error: unknown) => error instanceof AxiosError)
client.get<string>('/', { circuitBreaker: { fallback: (_error, { url }) => url } })
// @ts-expect-error
client.get('/', { circuitBreaker: { timeout: 5 } })

const protectedFetch: typeof fetch = protectFetch(fetch, { registry })
protectedFetch('/').catch((error: unknown) => error instanceof CircuitOpenError && error.retryAfterMs)
new Agent().compose(breakerInterceptor({ registry }))

const payments: CircuitBreaker = registry.get('payments')
{
  using permit = payments.acquire()
  permit.success()
}
restoreState(new CircuitBreaker({ name: 'payments' }), saveState(payments))
observe({ transition: ({ to }, { name }) => console.log(name, to) })

const app = express()
app.use('/health', health({ breakers: registry }))
app.use('/admin', admin({ breakers: registry, authorize: () => 'operator' }))
app.get('/', guard({ name: 'all' }), (_request, response) => void response.send(names.scope))
app.use('/breakers', dashboard({ registry }))
app.use(errorHandler())

instrumentCircuitBreakers({ callSpans: 'rejected' })()
new CircuitBreakerInstrumentation({ enabled: false }).enable()

joinFleet({ client: createClient(), namespace: 'shop' }).then((fleet) => fleet.share(registry))
joinFleet({ client: new Redis(), namespace: 'shop' }).then((fleet) => fleet.share(payments))
storeChecks[0]?.run(memoryStore()).catch(console.error)
