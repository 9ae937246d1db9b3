import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @typedef {{ port: number, cpu: () => Promise<number> }} Server  `cpu`: microseconds that its process has used so far */

/**
 * Starts a server in a process of its own, which ends with this one.
 * @param {string} file @param {string[]} args
 * @returns {Promise<Server>}
 */
export async function startServer(file, ...args) {
  const server = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [] })
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`${file} ended early (exit code ${code})`)
  })
  ended.catch(() => {})
  const answer = async () => (await Promise.race([once(server, 'message'), ended]))[0]
  const port = await answer()
  return {
    port,
    cpu() {
      server.send('cpu')
      return answer()
    },
  }
}

/** Listens on a free loopback port and tells the parent. @param {import('node:http').Server} server */
export function serve(server) {
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.(cpuOfThisProcess()))
  server.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    process.send?.(port)
  })
}

/** Microseconds. */
export function cpuOfThisProcess() {
  const { user, system } = process.cpuUsage()
  return user + system
}
