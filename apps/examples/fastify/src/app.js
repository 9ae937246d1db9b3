import { CircuitBreakerRegistry, findCircuitOpenError } from '@cb/core'
import { protectFetch } from '@cb/fetch'
import fastify from 'fastify'
import { guard } from './guard.js'
import { unavailable } from './unavailable.js'

/** @param {{ users: string }} services  Their origins. */
export function buildApp({ users }) {
  const app = fastify()
  const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 2_000, openDuration: 5_000 } })
  const fetch = protectFetch({ registry })
  const critical = registry.get(users)

  app.setErrorHandler((error, _request, reply) => {
    const rejection = findCircuitOpenError(error)
    if (rejection) return unavailable(reply, rejection)
    throw error
  })

  app.get('/users/:id', async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params)
    const response = await fetch(`${users}/users/${encodeURIComponent(id)}`)
    if (response.status >= 500) return reply.code(502).send({ status: 502 })
    return reply.code(response.status).send(await response.json())
  })

  app.get('/reports', { onRequest: guard(registry.get('GET /reports')) }, async () => {
    throw new Error('the report has a bug')
  })

  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, reply) => {
    if (critical.state === 'open') return reply.code(503).send({ status: 'unavailable' })
    return { status: 'ok' }
  })
  return app
}
