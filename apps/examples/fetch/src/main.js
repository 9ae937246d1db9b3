import { createServer } from 'node:http'
import { consecutiveFailures } from '@cb/core'
import { protectFetch } from '@cb/fetch'

// A service of prices, which is down for a while.
let isDown = false
let requests = 0
const service = createServer((_request, response) => {
  requests++
  response.writeHead(isDown ? 503 : 200).end('42')
}).listen(0, '127.0.0.1')
await new Promise((resolve) => service.once('listening', resolve))
const url = `http://127.0.0.1:${Object(service.address()).port}/price`

let time = 0 // a clock that this program moves, so that you need not wait; leave `now` out in yours
const fetch = protectFetch({
  defaults: { trip: consecutiveFailures(3), openDuration: 5_000, halfOpen: { successThreshold: 1 }, now: () => time },
})
fetch.registry.on('transition', ({ from, to, reason }) => console.log(`  the circuit was ${from}, is ${to}: ${reason}`))

let lastKnown = 'unknown'
async function price() {
  const fallback = () => new Response(`${lastKnown} (last known)`)
  const response = await fetch(url, { circuitBreaker: { fallback } })
  const text = await response.text()
  if (response.url !== '') lastKnown = text // a response of the service
  return text
}

console.log('price', await price())
isDown = true
for (let n = 0; n < 5; n++) console.log('price', await price())
console.log(`  ${requests} requests reached the service for 6 prices`)

isDown = false
time += 5_000
console.log('price', await price())

service.close()
service.closeAllConnections()
