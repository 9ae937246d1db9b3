import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'

/** Serves the site that was built, to this machine only. @param {number} port  0 for any that is free */
export async function serve(port) {
  const files = sirv(fileURLToPath(new URL('../dist', import.meta.url)), { gzip: true })
  const server = createServer((request, response) =>
    files(request, response, () => response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found')),
  )
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
