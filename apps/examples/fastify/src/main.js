import { consecutiveFailures } from '@cb/core'
import Fastify from 'fastify'
import { makeApp } from './app.js'

let isDown = false
const orders = Fastify()
orders.get('/orders/:id', async (request, reply) =>
  isDown ? reply.code(500).send({}) : { id: Object(request.params).id },
)
const ordersUrl = await orders.listen({ port: 0, host: '127.0.0.1' })

const app = makeApp(ordersUrl, { trip: consecutiveFailures(2), openDuration: 30_000, now: () => 0 })
const get = async (/** @type {string} */ url) => {
  const { statusCode, headers, body } = await app.inject(url)
  console.log(
    `GET ${url}: ${statusCode} ${headers['retry-after'] ? `retry after ${headers['retry-after']} s ` : ''}${body.replace(ordersUrl, 'orders')}`,
  )
}

await get('/orders/7')
await get('/health/ready')
isDown = true
for (let n = 0; n < 3; n++) await get('/orders/7')
await get('/health/ready')

await app.close()
await orders.close()
