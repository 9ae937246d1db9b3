import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { Queue, Worker } from 'bullmq'
import { patientWorker } from './worker.js'

const connection = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT'] ?? 6379) }

/**
 * Sixty jobs for a mail server that is down when the first ones are tried, and is up again when the breaker has opened and rejected some.
 * @param {string} name
 * @param {(breaker: CircuitBreaker, send: () => Promise<void>) => Worker} makeWorker
 */
async function outage(name, makeWorker) {
  const breaker = new CircuitBreaker({ name, trip: consecutiveFailures(3), openDuration: 2_000 })
  let isDown = true
  breaker.on('rejection', () => {
    isDown = false
  })
  const queue = new Queue(name, { connection })
  await queue.addBulk(
    Array.from({ length: 60 }, (_, n) => ({
      name: 'mail',
      data: { n },
      opts: { attempts: 5, backoff: { type: 'fixed', delay: 1 } },
    })),
  )
  const worker = makeWorker(breaker, async () => {
    if (isDown) throw new Error('the mail server is down')
  })
  let lost = 0
  let done = 0
  await new Promise((resolve) => {
    const count = () => done + lost === 60 && resolve(undefined)
    worker.on('completed', () => {
      done++
      count()
    })
    worker.on('failed', (job) => {
      if ((job?.attemptsMade ?? 0) < 5) return // it will be tried again
      lost++
      count()
    })
  })
  console.log(`${name}: ${lost === 0 ? 'no job is lost' : 'jobs are lost'}`)
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
}

await outage('a worker that waits', (breaker, send) =>
  patientWorker('a worker that waits', breaker, send, { connection, concurrency: 20 }),
)
await outage(
  'a worker that fails',
  (breaker, send) => new Worker('a worker that fails', () => breaker.execute(send), { connection, concurrency: 20 }),
)
