import { consecutiveFailures } from '@cb/core'
import { protectFetch } from '@cb/fetch'
import OpenAI from 'openai'

/** @param {string} baseURL */
export function modelApi(baseURL) {
  const fetch = protectFetch({
    whenOpen: 'respond', // a rejection is a 503 that the SDK does not retry
    settleAt: 'body', // a stream that dies half-way is a failure
    idleTimeout: 1_000, // so is one that is silent for so long; give a real model 30_000 or more
    defaults: { trip: consecutiveFailures(3), openDuration: 30_000 },
  })
  return { client: new OpenAI({ apiKey: process.env['OPENAI_API_KEY'] ?? 'none', baseURL, fetch }), fetch }
}

/**
 * The words of the model, as they come.
 * @param {OpenAI} client
 * @param {string} question
 */
export async function* ask(client, question) {
  const stream = await client.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
    stream: true,
  })
  for await (const { choices } of stream) yield choices[0]?.delta.content ?? ''
}
