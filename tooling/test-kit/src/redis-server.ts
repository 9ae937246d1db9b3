import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface RedisServer extends AsyncDisposable {
  readonly url: string
}

/** Whether `redis-server` is installed; in CI it must be. */
export function hasRedisServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'])
    return true
  } catch (error) {
    if (process.env['CI']) throw error
    console.warn('redis-server is missing: apt-get install -y --no-install-recommends redis-server')
    return false
  }
}

/** A Redis of its own on a free loopback port, without persistence, until it is disposed. */
export async function redisServer(): Promise<RedisServer> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'cb-redis-'))
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (text) => /ready to accept connections/i.test(text) && resolve())
    exited.then(([code]) => reject(new Error(`redis-server ended with ${code}`)), reject)
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
