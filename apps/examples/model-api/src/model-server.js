import { createServer } from 'node:http'

/**
 * A model API on this machine, as OpenAI's clients expect it: it streams words. Once `isSilent`, it stops in the middle of its answer.
 */
export async function modelServer() {
  const model = { isSilent: false, requests: 0, url: '', close: () => {} }
  const server = createServer((_request, response) => {
    model.requests++
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (/** @type {string} */ content) =>
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`)
    send('Circuit ')
    if (model.isSilent) return
    send('breakers help.')
    response.end('data: [DONE]\n\n')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  model.url = `http://127.0.0.1:${Object(server.address()).port}/v1`
  model.close = () => {
    server.close()
    server.closeAllConnections()
  }
  return model
}
