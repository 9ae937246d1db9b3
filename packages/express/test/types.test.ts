import { CircuitBreaker } from '@cb/core'
import express5, { type Request as Request5, type Response as Response5 } from 'express'
import express4, { type Request as Request4, type Response as Response4 } from 'express4'
import { expect, test } from 'vitest'
import { admin, errorHandler, guard, health } from '../src/index.ts'

test('the middlewares have types that fit an app, a router and a route of Express 4 and 5', () => {
  const breaker = new CircuitBreaker({ name: 'reports' })
  const app4 = express4()
  app4.use('/reports', guard({ breaker, isFailure: (res: Response4) => res.locals['degraded'] === true }))
  app4.get('/report', guard({ breaker }), (_req, res) => void res.send('ok'))
  app4.use('/health', health({ breakers: [breaker] }))
  app4.use('/admin', admin({ breakers: [breaker], authorize: async (req: Request4) => req.get('x-user') }))
  express4.Router().use(guard({ breaker }))
  app4.use(errorHandler())
  const app5 = express5()
  app5.use('/reports', guard({ breaker, isFailure: (res: Response5) => res.locals['degraded'] === true }))
  app5.get('/report', guard({ breaker }), (_req, res) => void res.send('ok'))
  app5.use('/health', health({ breakers: [breaker] }))
  app5.use('/admin', admin({ breakers: [breaker], authorize: (req: Request5) => req.params['x'] && 'ada' }))
  express5.Router().use(guard({ breaker }))
  app5.use(errorHandler())
  expect(errorHandler()).toHaveLength(4)
})
