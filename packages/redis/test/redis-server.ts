import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, hasRedisServer } from '@cb/test-kit'
import { createClient } from 'redis'

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** Starts it again, with an empty memory. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Without redis-server its tests are left out, but not in CI. */
export const hasRedis: boolean = hasRedisServer()

/** A server of its own, on a free port. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'cb-redis-'))
  const url = `redis://127.0.0.1:${port}`
  let child = await start()

  async function start(): Promise<ChildProcess> {
    const started = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--loglevel',
        'warning',
        ...options,
      ],
      { stdio: 'ignore' },
    )
    const client = createClient({ url, socket: { reconnectStrategy: 10 } })
    client.on('error', () => {}) // not up yet
    await client.connect()
    await client.ping()
    client.destroy()
    return started
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }

  return {
    url,
    port,
    get process() {
      return child
    },
    async restart() {
      await end()
      child = await start()
    },
    async stop() {
      await end()
      rmSync(folder, { recursive: true })
    },
  }
}
