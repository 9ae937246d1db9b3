import { CircuitBreakerRegistry, findCircuitOpenError } from '@cb/core'
import { protectFetch } from '@cb/fetch'
import Fastify from 'fastify'

/**
 * A service that asks another one.
 * @param {string} ordersUrl
 * @param {import('@cb/core').CircuitBreakerRegistryOptions['defaults']} [defaults]
 */
export function makeApp(ordersUrl, defaults = {}) {
  const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 2_000, ...defaults } })
  const fetch = protectFetch({ registry })
  const app = Fastify()

  // The rejection of a breaker, also as the cause of another error, is a 503 with Retry-After.
  app.setErrorHandler((error, _request, reply) => {
    const rejection = findCircuitOpenError(error)
    if (rejection === undefined) return reply.send(error)
    if (rejection.retryAfterMs !== null)
      reply.header('retry-after', Math.max(1, Math.ceil(rejection.retryAfterMs / 1_000)))
    return reply
      .code(503)
      .type('application/problem+json')
      .send({ type: 'about:blank', title: 'Service Unavailable', status: 503, code: rejection.code })
  })

  app.get('/orders/:id', async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params)
    const response = await fetch(`${ordersUrl}/orders/${encodeURIComponent(id)}`)
    if (!response.ok) return reply.code(502).send({ title: 'orders do not work' })
    return response.json()
  })

  app.get('/health/ready', async (_request, reply) => {
    const out = registry.snapshot().filter(({ state }) => state === 'open')
    return reply.code(out.length > 0 ? 503 : 200).send({ open: out.map(({ name }) => name) })
  })

  return app
}
