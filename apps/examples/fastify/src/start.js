import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildApp } from './app.js'

let requests = 0
const users = createServer((_request, response) => {
  requests++
  response.writeHead(500).end()
}).listen(0, '127.0.0.1')
await once(users, 'listening')

const app = buildApp({ users: `http://127.0.0.1:${Object(users.address()).port}` })
const origin = await app.listen({ port: 0, host: '127.0.0.1' })

/** @param {string} path */
async function print(path) {
  const response = await fetch(origin + path)
  console.log(`GET ${path}: ${response.status}${response.headers.has('retry-after') ? ' with Retry-After' : ''}`)
}

for (const path of ['/users/7', '/reports']) {
  await print(path)
  for (let n = 0; n < 9; n++) await fetch(origin + path)
  await print(path)
}
await print('/health/live')
await print('/health/ready')
console.log(`${requests} requests were sent to users`)
await app.close()
users.close()
