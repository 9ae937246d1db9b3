import { consecutiveFailures } from '@cb/core'
import { protectFetch } from '@cb/fetch'
import OpenAI from 'openai'
import { modelServer } from './model-server.js'

const model = await modelServer()

const fetch = protectFetch({
  defaults: { trip: consecutiveFailures(2), openDuration: 60_000 },
  settleAt: 'body', // a stream counts when it has ended, and not as soon as it has begun
  idleTimeout: 2_000, // a stream that says nothing for so long has failed
  whenOpen: 'respond', // a 503 that asks the SDK not to retry
})
const openai = new OpenAI({ apiKey: 'none', baseURL: model.url, fetch })

async function ask() {
  let answer = ''
  try {
    const stream = await openai.chat.completions.create({
      model: 'any',
      stream: true,
      messages: [{ role: 'user', content: 'Why?' }],
    })
    for await (const { choices } of stream) answer += choices[0]?.delta.content ?? ''
    return answer
  } catch (error) {
    const { status, name, message } = Object(error)
    return status === 503 ? `no answer: ${status}, the circuit is open` : `"${answer}", then ${name}: ${message}`
  }
}

console.log(await ask())
model.isSilent = true
for (let n = 0; n < 2; n++) console.log(await ask())

const { requests } = model
const before = performance.now()
console.log(await ask())
console.log(
  `it took ${performance.now() - before < 5_000 ? 'no' : 'a long'} time and ${model.requests - requests} requests`,
)

model.close()
