// A process of the fleet in processes.test.ts: ten clients, each with a breaker that calls one dependency.
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { joinFleet } from '@cb/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

const [redisUrl, origin] = process.argv.slice(2)

async function connect(index) {
  if (index % 2 === 0) return await createClient({ url: redisUrl }).connect()
  return new Redis(redisUrl)
}

const breakers = await Promise.all(
  Array.from({ length: 10 }, async (_, index) => {
    const breaker = new CircuitBreaker({
      name: 'payments',
      trip: consecutiveFailures(1),
      openDuration: 500,
      halfOpen: { maxConcurrent: 2, successThreshold: 6, probeTimeout: 1_000 },
    })
    breaker.on('transition', ({ to, cause }) => process.send({ to, cause, at: Date.now() }))
    const fleet = await joinFleet({ client: await connect(index), namespace: 'processes', quorum: 1 })
    await fleet.share(breaker)
    return breaker
  }),
)

async function call(breaker) {
  const response = await fetch(origin, { headers: { pid: String(process.pid) } })
  if (!response.ok) throw new Error(`the dependency responded with ${response.status}`)
  return breaker
}

async function callForEver(breaker) {
  for (;;) {
    await breaker.execute(() => call(breaker)).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

process.on('message', (message) => {
  if (message === 'trip') breakers[0].acquire().failure(new Error('down'))
  if (message === 'call') for (const breaker of breakers) void callForEver(breaker)
})
process.on('disconnect', () => process.exit())
process.send('ready')
