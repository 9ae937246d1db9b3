import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { fetch, offers } from './offers.js'

let works = true
let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(works ? 200 : 500, { 'content-type': 'application/json' }).end('["today only"]')
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const shop = `http://127.0.0.1:${Object(server.address()).port}`
fetch.registry.on('transition', ({ from, to }) => console.log(`  ${from} → ${to}`))

console.log('the service works:', await offers(shop))

works = false
requests = 0
for (let n = 0; n < 99; n++) await offers(shop)
console.log('it fails:', await offers(shop))
console.log(`  100 callers had an answer, ${requests} requests were sent`)

works = true
await wait(600) // the open duration, and a little
await offers(shop)
await offers(shop)
console.log('it has recovered:', await offers(shop))
server.close()
