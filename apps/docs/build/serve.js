import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import sirv from 'sirv'

/** Serves the site that was built, compressed as most hosts do, to this machine only. @param {number} port  0 for any that is free */
export async function serve(port) {
  const files = sirv(fileURLToPath(new URL('../dist', import.meta.url)))
  const compress = compression()
  const server = createServer((request, response) => {
    const next = () => void response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found')
    // It needs no more of Express than what node:http has.
    compress(/** @type {any} */ (request), /** @type {any} */ (response), () => void files(request, response, next))
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://localhost:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
