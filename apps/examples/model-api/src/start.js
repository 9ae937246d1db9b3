import { once } from 'node:events'
import { createServer } from 'node:http'
import { ask, modelApi } from './model.js'

// A model that answers, and then one that goes silent after its first words.
let hangs = false
let requests = 0
const server = createServer((_request, response) => {
  requests++
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const say = (/** @type {string} */ content) =>
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`)
  say('It ')
  if (hangs) return
  say('depends.')
  response.end('data: [DONE]\n\n')
}).listen(0, '127.0.0.1')
await once(server, 'listening')

const { client, fetch } = modelApi(`http://127.0.0.1:${Object(server.address()).port}/v1`)
fetch.registry.on('transition', ({ from, to, error }) => console.log(`  ${from} → ${to}: ${Object(error).name}`))

async function print() {
  let answer = ''
  try {
    for await (const words of ask(client, 'Tabs or spaces?')) answer += words
    console.log(`answer: ${answer}`)
  } catch (error) {
    const { name, status, code } = Object(error)
    console.log(`answer: ${answer}… ${code === 'ECIRCUITOPEN' ? `${status} ${code}` : name}`)
  }
}

await print()
hangs = true
for (let n = 0; n < 4; n++) await print()
console.log(`${requests} requests were sent`)
server.close()
server.closeAllConnections()
