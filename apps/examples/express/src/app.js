import { protectAxios } from '@cb/axios'
import { CircuitBreakerRegistry } from '@cb/core'
import { admin, errorHandler, guard, health } from '@cb/express'
import axios from 'axios'
import express from 'express'
import { dependencyErrors } from './dependency-errors.js'

/** @param {{ usersUrl: string, operators: ReadonlyMap<string, string> }} options  Who is an operator, by the `Authorization` of his requests. */
export function buildApp({ usersUrl, operators }) {
  const registry = new CircuitBreakerRegistry({ defaults: { callTimeout: 2_000, openDuration: 5_000 } })
  const users = registry.get(new URL(usersUrl).origin) // a critical breaker must exist before its first call
  const client = axios.create({ baseURL: usersUrl })
  protectAxios(client, { registry })

  const app = express()
  app.use('/health', health({ registry, critical: [users.name] }))
  app.use('/admin/breakers', admin({ registry, authorize: (req) => operators.get(req.headers.authorization ?? '') }))

  app.get('/users/:id', async ({ params }, res) => {
    const { data } = await client.get(`/users/${encodeURIComponent(params.id)}`)
    res.json(data)
  })

  // A route that fails by itself.
  app.get('/reports', guard({ breaker: registry.get('GET /reports') }), (_req, res) => {
    res.status(500).send('the report has a bug')
  })

  app.use(errorHandler(), dependencyErrors)
  return app
}
