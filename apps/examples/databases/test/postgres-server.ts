import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'

const run = promisify(execFile)
const missing = 'PostgreSQL is missing: apt-get install -y --no-install-recommends postgresql'

/** A server for the tests of a file. They are skipped if PostgreSQL is not installed, except in CI. */
export function usePostgres(schema = ''): () => PostgresServer {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    try {
      await programs()
    } catch (error) {
      if (process.env['CI']) throw error
      return console.warn(missing)
    }
    server = await PostgresServer.start()
    const client = await server.connect()
    await client.query(schema)
    await client.end()
  })
  beforeEach(({ skip }) => skip(server === undefined, missing))
  afterAll(() => server?.[Symbol.asyncDispose]())
  return () => server as PostgresServer
}

/** Where `initdb` and `postgres` are: Debian does not put them on `PATH`. */
async function programs(): Promise<string> {
  try {
    const { stdout } = await run('pg_config', ['--bindir'])
    const folder = stdout.trim()
    await run(join(folder, 'initdb'), ['--version'])
    return folder
  } catch (cause) {
    throw new Error(missing, { cause })
  }
}

/** PostgreSQL does not run as root: Debian's package comes with a user for it. */
async function owner(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (id) => Number((await run('id', [id, 'postgres'])).stdout)),
  )
  return { uid: uid as number, gid: gid as number }
}

/** A server of its own, in a temporary folder and on a free port, that trusts everybody but the role `stranger`. */
export class PostgresServer implements AsyncDisposable {
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>
  readonly config: Readonly<pg.ClientConfig & pg.PoolConfig>

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder
    this.#process = process
    this.#exited = new Promise((resolve) => process.once('exit', resolve))
    this.config = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
  }

  static async start(): Promise<PostgresServer> {
    const [bin, user, port] = await Promise.all([programs(), owner(), freePort()])
    const folder = await mkdtemp(join(tmpdir(), 'cb-postgres-'))
    if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
    const options = ['--username=postgres', '--auth=trust', '--locale=C', '--encoding=UTF8', '--no-sync']
    await run(join(bin, 'initdb'), [...options, '--pgdata', folder], { ...user, cwd: folder })
    await writeFile(
      join(folder, 'pg_hba.conf'), // the first line that matches counts
      'host all stranger 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
    )
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = new PostgresServer(
      folder,
      port,
      spawn(join(bin, 'postgres'), ['-D', folder, ...flags], { ...user, cwd: folder, stdio: 'ignore' }),
    )
    await eventually(() => server.accepts())
    return server
  }

  async accepts(): Promise<boolean> {
    try {
      const client = await this.connect()
      await client.end()
      return true
    } catch {
      return false
    }
  }

  /** A connection whose loss outside of a query is no error of the test. */
  async connect(config?: pg.ClientConfig): Promise<pg.Client> {
    const client = new pg.Client({ ...this.config, ...config })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  /** `SIGTERM`: admits no connection, waits for those that exist. `SIGINT`: ends them. `SIGQUIT`: ends at once. */
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void {
    this.#process.kill(signal)
  }

  get exited(): Promise<unknown> {
    return this.#exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) this.signal('SIGQUIT')
    await this.#exited
    await rm(this.#folder, { recursive: true })
  }
}

/** Waits until `holds` is true: for a real server, never for a breaker's clock. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 60_000; !(await holds()); ) {
    if (performance.now() > deadline) throw new Error(`did not hold within a minute: ${holds}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
