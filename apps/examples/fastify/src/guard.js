import { unavailable } from './unavailable.js'

/**
 * A hook that rejects requests while the handlers behind it fail: `app.get('/reports', { onRequest: guard(breaker) }, handler)` for a route,
 * `app.addHook('onRequest', guard(breaker))` for all routes of a plugin.
 *
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @returns {import('fastify').onRequestAsyncHookHandler}
 */
export function guard(breaker) {
  return async (_request, reply) => {
    const permit = breaker.tryAcquire()
    if (!permit.admitted) return unavailable(reply, permit)
    const { raw } = reply
    raw.once('close', () => {
      // A client that leaves early says nothing about us.
      if (!raw.writableFinished) permit.ignore()
      else if (raw.statusCode < 500) permit.success()
      else permit.failure(new Error(`responded with ${raw.statusCode}`))
    })
    return undefined
  }
}
