import { createServer } from 'node:http'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { circuitBreakerPlugin, classifyAws } from './circuit-breaker-plugin.js'

// A queue that is down: each answer is a 503.
let requests = 0
const queue = createServer((request, response) => {
  requests++
  request.resume()
  response.writeHead(503, { 'content-type': 'application/x-amz-json-1.0' }).end('{"__type":"ServiceUnavailable"}')
}).listen(0, '127.0.0.1')
await new Promise((resolve) => queue.once('listening', resolve))
const endpoint = `http://127.0.0.1:${Object(queue.address()).port}`

/** @param {(sqs: SQSClient, breaker: CircuitBreaker) => void} install */
async function sendThrice(install) {
  requests = 0
  const breaker = new CircuitBreaker({ name: 'sqs', trip: consecutiveFailures(4), classify: classifyAws })
  const sqs = new SQSClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 3,
  })
  install(sqs, breaker)
  const send = new SendMessageCommand({ QueueUrl: `${endpoint}/0/orders`, MessageBody: 'an order' })
  for (let n = 0; n < 3; n++) await sqs.send(send).catch((error) => console.log(`  ${error.name}`))
  console.log(`  ${requests} requests, the circuit is ${breaker.state}`)
  sqs.destroy()
}

console.log('inside the retries:')
await sendThrice((sqs, breaker) => sqs.middlewareStack.use(circuitBreakerPlugin(breaker)))

console.log("at the step 'deserialize', which is wrong:")
await sendThrice((sqs, breaker) =>
  sqs.middlewareStack.add((next) => (args) => breaker.execute(() => next(args)), { step: 'deserialize' }),
)

queue.close()
queue.closeAllConnections()
