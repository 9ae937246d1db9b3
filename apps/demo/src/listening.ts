import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** So that no other machine can reach the demo. */
const loopback = '127.0.0.1'

/** Listens on the port, or on a free one for 0; resolves to the port. */
export function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Stops listening and ends all connections, also those with a request in flight. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

export function originOf(port: number): string {
  return `http://${loopback}:${port}`
}
