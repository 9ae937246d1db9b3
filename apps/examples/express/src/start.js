import { once } from 'node:events'
import { createServer } from 'node:http'
import { buildApp } from './app.js'

let requests = 0
const users = createServer((_request, response) => {
  requests++
  response.writeHead(500).end()
}).listen(0, '127.0.0.1')
await once(users, 'listening')

const authorization = 'Bearer 7d2f'
const usersUrl = `http://127.0.0.1:${Object(users.address()).port}`
const server = buildApp({ usersUrl, operators: new Map([[authorization, 'ada']]) }).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${Object(server.address()).port}`

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function print(path, init) {
  const { status, headers } = await fetch(origin + path, init)
  const retryAfter = headers.has('retry-after') ? ' with Retry-After' : ''
  console.log(`${init?.method ?? 'GET'} ${path}: ${status}${retryAfter}`)
}

for (const path of ['/users/7', '/reports']) {
  await print(path)
  for (let n = 0; n < 9; n++) await fetch(origin + path)
  await print(path)
}
await print('/health/live')
await print('/health/ready')
console.log(`${requests} requests were sent to users`)

const reset = '/admin/breakers/reset?name=GET%20%2Freports'
const json = { 'content-type': 'application/json' }
await print(reset, { method: 'POST', headers: json, body: '{"note":"who am I?"}' })
await print(reset, { method: 'POST', headers: { ...json, authorization }, body: '{"note":"the bug is fixed"}' })
await print('/reports')

server.close()
users.close()
