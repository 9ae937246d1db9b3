import { Worker } from 'bullmq'

/**
 * A worker that pauses its queue while the circuit is open: a rejected job goes back to the queue, and uses up none of its attempts.
 *
 * @param {import('bullmq').Queue} queue
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @param {(job: import('bullmq').Job, signal: AbortSignal) => Promise<unknown>} handle
 * @param {import('bullmq').WorkerOptions} options
 */
export function pausingWorker(queue, breaker, handle, options) {
  return new Worker(
    queue.name,
    async (job) => {
      try {
        return await breaker.execute((signal) => handle(job, signal))
      } catch (error) {
        const { code, reason, retryAfterMs } = Object(error)
        if (code !== 'ECIRCUITOPEN') throw error
        // While half-open a probe decides soon; forced open may have no end, so ask again.
        await queue.rateLimit(reason === 'half-open' ? 100 : Math.ceil(retryAfterMs ?? 5_000))
        throw Worker.RateLimitError()
      }
    },
    options,
  )
}
