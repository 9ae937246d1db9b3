import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

/** @param {import('node:http').RequestListener} answer */
async function serve(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${Object(server.address()).port}` }
}

// A service that fails for its first three requests, and works from then on.
let requests = 0
const progress = new EventEmitter()
const users = await serve((_request, response) => {
  response.writeHead(++requests > 3 ? 200 : 500).end()
  if (requests === 6) progress.emit('recovered')
})

// A collector that keeps the names of what it receives.
const spans = /** @type {string[]} */ ([])
const metrics = /** @type {Set<string>} */ (new Set())
const collector = await serve(async (request, response) => {
  const { resourceSpans = [], resourceMetrics = [] } = /** @type {any} */ (await json(request))
  for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap(namesOf('spans')))
  for (const { scopeMetrics } of resourceMetrics) scopeMetrics.flatMap(namesOf('metrics')).forEach(metrics.add, metrics)
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})
const namesOf = (/** @type {string} */ kind) => (/** @type {any} */ scope) =>
  scope[kind]
    .map((/** @type {{ name: string }} */ { name }) => name)
    .filter((/** @type {string} */ name) => name.startsWith('circuit_breaker'))

/**
 * Runs the shop until its circuit has opened and closed, and ends it.
 * @param {Record<string, string>} telemetry
 */
async function outage(telemetry) {
  requests = 0
  const env = {
    ...process.env,
    USERS_URL: users.origin,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...telemetry,
  }
  const shop = spawn(process.execPath, [`${import.meta.dirname}/shop.js`], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await once(progress, 'recovered')
  shop.kill('SIGTERM')
  const [code] = await once(shop, 'exit')
  return code
}

console.log(`with a collector: exit code ${await outage({})}`)
console.log(`spans:\n  ${spans.join('\n  ')}`)
console.log(`metrics:\n  ${[...metrics].sort().join('\n  ')}`)
collector.server.close()
console.log(`without a collector: exit code ${await outage({ OTEL_EXPORTER_OTLP_TIMEOUT: '500' })}`)
users.server.close()
