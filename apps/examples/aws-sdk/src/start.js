import { once } from 'node:events'
import { createServer } from 'node:http'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { breakerPlugin, classifyAws } from './breaker-plugin.js'

// Answers as DynamoDB does while it fails.
let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' })
  response.end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"internal error"}')
}).listen(0, '127.0.0.1')
await once(server, 'listening')

const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${Object(server.address()).port}`,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  maxAttempts: 2,
})
const orders = new CircuitBreaker({ name: 'orders', trip: consecutiveFailures(4), classify: classifyAws })
client.middlewareStack.use(breakerPlugin(orders))

for (let n = 0; n < 4; n++) {
  const read = client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: '7' } } }))
  await read.catch(({ name }) => console.log(`${name}: ${orders.state} after ${requests} requests`))
}
client.destroy()
server.close()
