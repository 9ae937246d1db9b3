import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { breakerPlugin, classifyAws } from '../src/breaker-plugin.js'

let server: Listening
let client: DynamoDBClient
let answer: [status: number, type: string]
let requests: number

beforeEach(async () => {
  requests = 0
  server = await listen((req, res) => {
    requests++
    req.resume().on('end', () => {
      res.writeHead(answer[0], { 'content-type': 'application/x-amz-json-1.0' })
      res.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${answer[1]}` }))
    })
  })
  client = clientWith(1)
})

function clientWith(maxAttempts: number): DynamoDBClient {
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
  return new DynamoDBClient({ endpoint: server.origin, region: 'eu-central-1', credentials, maxAttempts })
}

afterEach(() => {
  client.destroy()
  return server.close()
})

async function reads(times: number): Promise<unknown[]> {
  const errors: unknown[] = []
  for (let n = 0; n < times; n++) {
    const command = new GetItemCommand({ TableName: 'orders', Key: { id: { S: '7' } } })
    await client.send(command).catch(({ name }) => errors.push(name))
  }
  return errors
}

const breaker = () => new CircuitBreaker({ trip: consecutiveFailures(3), classify: classifyAws })

test('after retryMiddleware, three errors open the breaker and no more requests are sent', async () => {
  const orders = breaker()
  client.middlewareStack.use(breakerPlugin(orders))
  answer = [500, 'InternalServerError']
  expect(await reads(5)).toEqual([...Array(3).fill('InternalServerError'), ...Array(2).fill('CircuitOpenError')])
  expect([orders.state, requests]).toEqual(['open', 3])
})

test('at the step deserialize, the breaker takes the same errors for successes', async () => {
  const orders = breaker()
  client.middlewareStack.add((next) => (args) => orders.execute(() => next(args)), { step: 'deserialize' })
  answer = [500, 'InternalServerError']
  expect(await reads(5)).toEqual(Array(5).fill('InternalServerError'))
  expect([orders.state, orders.snapshot().totals.success, requests]).toEqual(['closed', 5, 5])
})

test('each attempt of the SDK is a call, and a rejection is not tried again', async () => {
  const orders = breaker()
  client = clientWith(2)
  client.middlewareStack.use(breakerPlugin(orders))
  answer = [500, 'InternalServerError']
  expect(await reads(3)).toEqual(['InternalServerError', 'CircuitOpenError', 'CircuitOpenError'])
  expect([requests, orders.snapshot().totals]).toMatchObject([3, { failure: 3, rejected: 2 }])
})

test.each([
  [400, 'ConditionalCheckFailedException', 'success'],
  [400, 'ResourceNotFoundException', 'success'],
  [400, 'SomethingThatTheSdkDoesNotKnow', 'success'],
  [400, 'ProvisionedThroughputExceededException', 'failure'],
  [400, 'ThrottlingException', 'failure'],
  [429, 'Whatever', 'failure'],
  [503, 'SomethingThatTheSdkDoesNotKnow', 'failure'],
])('%i %s is a %s', async (status, type, outcome) => {
  const orders = breaker()
  client.middlewareStack.use(breakerPlugin(orders))
  answer = [status, type]
  await reads(1)
  expect(orders.snapshot().totals).toMatchObject({ [outcome]: 1 })
})

test('a service that can not be reached is a failure', async () => {
  const orders = breaker()
  client.middlewareStack.use(breakerPlugin(orders))
  await server.close()
  await reads(1)
  expect(orders.snapshot().totals).toMatchObject({ failure: 1 })
  server = await listen(() => {})
})
