import { findCircuitOpenError } from '@cb/core'
import { Worker } from 'bullmq'

/**
 * A worker that waits while the circuit is open, instead of failing its jobs: a rejected job goes back to its place in the queue, and the
 * worker asks for the next one when the breaker admits calls again.
 *
 * @param {string} queue
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @param {(job: import('bullmq').Job) => Promise<unknown>} work
 * @param {import('bullmq').WorkerOptions} options
 */
export function patientWorker(queue, breaker, work, options) {
  const worker = new Worker(
    queue,
    async (job) => {
      try {
        return await breaker.execute(() => work(job))
      } catch (error) {
        const rejection = findCircuitOpenError(error)
        if (rejection === undefined) throw error // the job has failed: its own attempts and backoff decide
        await worker.rateLimit(rejection.retryAfterMs ?? 1_000)
        throw Worker.RateLimitError()
      }
    },
    options,
  )
  return worker
}
