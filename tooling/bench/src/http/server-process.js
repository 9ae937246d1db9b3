import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** @typedef {{ ports: readonly number[], cpu: () => Promise<number> }} Server  `cpu`: microseconds that its process has used so far */

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
  const ports = await answer()
  return {
    ports,
    cpu() {
      server.send('cpu')
      return answer()
    },
  }
}

/** Listens on free loopback ports and sends them to the parent. @param {import('node:http').Server[]} servers */
export async function serve(...servers) {
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.(cpuOfThisProcess()))
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send?.(servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port))
}

/** Microseconds. */
export function cpuOfThisProcess() {
  const { user, system } = process.cpuUsage()
  return user + system
}
