import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** False where redis-server is not installed, which is an error in CI. */
export function hasRedisServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'])
    return true
  } catch (problem) {
    if (process.env['CI']) throw problem
    console.warn('redis-server is missing: its tests are left out (apt-get install -y redis-server)')
    return false
  }
}

/** A redis-server of its own, on a free port of this machine, which keeps nothing. */
export async function redisServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'cb-redis-'))
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const server = spawn('redis-server', options, { stdio: 'ignore' })
  const exited = once(server, 'exit')
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server has ended with ${server.exitCode}`)
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true })
    },
  }
}

/** Whether there is a PONG to a PING; false after 20 ms without a listener. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [reply] = await once(socket, 'data')
    return String(reply).startsWith('+PONG')
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
