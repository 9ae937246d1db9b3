import { coreBreaker } from './core.js'
import { hour } from './subject.js'

/**
 * A breaker after a few careless changes: a permanent timer, another for each call, one more closure and `async` function, a list of
 * all durations. In no table: it shows that each limit can be exceeded.
 * @type {Record<string, import('./subject.js').Subject>}
 */
export const careless = {
  careless: {
    description: 'for tests',
    async open() {
      const core = await import('@cb/core')
      return (work, wants = {}) => {
        const breaker = coreBreaker(core, wants, () => ({ trip: core.consecutiveFailures(wants.neverTrips ? 1e9 : 5) }))
        /** @type {number[]} */
        const durations = new Array(100).fill(0)
        setInterval(() => durations.splice(0), hour).unref()
        const measured = async () => {
          const start = performance.now()
          try {
            return await work()
          } finally {
            durations.push(performance.now() - start)
          }
        }
        return async () => {
          const timer = setTimeout(() => {}, hour).unref()
          try {
            return await breaker.execute(() => measured())
          } catch (error) {
            throw breaker.state === 'open' ? new Error('rejected', { cause: error }) : error
          } finally {
            clearTimeout(timer)
          }
        }
      }
    },
  },
}
