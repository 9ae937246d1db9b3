import { protectAxios } from '@cb/axios'
import { CircuitBreakerRegistry } from '@cb/core'
import { errorHandler, health } from '@cb/express'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import axios from 'axios'
import express from 'express'

const { USERS_URL = 'http://localhost:4001', ORDERS_URL = 'http://localhost:4002', PORT = '3000' } = process.env

const prometheus = new PrometheusExporter({ preventServerStart: true }) // it would listen on a port of its own
instrumentCircuitBreakers({ meterProvider: new MeterProvider({ readers: [prometheus] }) })

const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 5_000, openDuration: 30_000 } })
const users = registry.get(new URL(USERS_URL).origin) // a critical breaker must exist before its first call
const client = axios.create()
protectAxios(client, { registry })

const app = express()
app.use('/health', health({ registry, critical: [users.name] }))
app.get('/metrics', (req, res) => prometheus.getMetricsRequestHandler(req, res))
app.get('/dashboard/:id', async ({ params }, res) => {
  const id = encodeURIComponent(params.id)
  const [user, orders] = await Promise.all([
    client.get(`${USERS_URL}/users/${id}`),
    client.get(`${ORDERS_URL}/users/${id}/orders`, { circuitBreaker: { fallback: () => [] } }), // it can do without
  ])
  res.json({ user: user.data, orders: orders.data })
})
app.use(errorHandler())

const server = app.listen(Number(PORT), () => console.log(`listening on port ${Object(server.address()).port}`))
