import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { Queue, Worker } from 'bullmq'
import { pausingWorker } from './worker.js'

const connection = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }
const options = { connection, concurrency: 5 }
let works = false
const send = async () => {
  if (!works) throw new Error('the mail server is down')
}
const makeBreaker = () => new CircuitBreaker({ name: 'mail', trip: consecutiveFailures(3), openDuration: 200 })

/**
 * Sixty mails in an outage, which ends when `over` holds.
 * @param {string} name
 * @param {(queue: Queue) => Worker} start
 * @param {(queue: Queue) => Promise<boolean>} over
 */
async function deliver(name, start, over) {
  works = false
  const queue = new Queue(name, { connection, defaultJobOptions: { attempts: 3 } })
  await queue.obliterate({ force: true })
  await queue.addBulk(Array.from({ length: 60 }, (_, id) => ({ name: 'mail', data: { id } })))
  const worker = start(queue)
  for (; (await queue.getJobCountByTypes('completed', 'failed')) < 60; await new Promise(setImmediate)) {
    works ||= await over(queue)
  }
  const { completed, failed } = await queue.getJobCounts('completed', 'failed')
  console.log(`${name}: ${completed} delivered, ${failed} lost`)
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
}

const breaker = makeBreaker()
await deliver(
  'a worker that throws',
  (queue) => new Worker(queue.name, () => breaker.execute(send), options),
  async () => false,
)

const pausing = makeBreaker()
await deliver(
  'a worker that pauses',
  (queue) => pausingWorker(queue, pausing, send, options),
  async () => pausing.snapshot().opens >= 3, // two probes have failed
)
