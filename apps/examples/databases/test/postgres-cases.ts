import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { eventually, PostgresServer } from './postgres-server.ts'

/** The one call that a case makes through the breaker. */
export type Attempt = (call: () => Promise<unknown>, options?: { signal: AbortSignal }) => Promise<unknown>

/** Lets something happen to a call. */
export type Case = (server: PostgresServer, attempt: Attempt) => Promise<unknown>

export const schema = `
  CREATE TABLE team (id int PRIMARY KEY);
  CREATE TABLE member (id int PRIMARY KEY, team int NOT NULL REFERENCES team, age int CHECK (age >= 0));
  INSERT INTO team VALUES (1), (2);
  CREATE ROLE reader LOGIN;
  CREATE ROLE single LOGIN CONNECTION LIMIT 1;
  CREATE ROLE stranger LOGIN PASSWORD 'secret';
`

/** The last of some statements, on a connection of their own. */
function statements(texts: string[], config?: pg.ClientConfig): Case {
  return async (server, attempt) => {
    const client = await server.connect(config)
    for (const text of texts.slice(0, -1)) await client.query(text)
    return attempt(() => client.query(texts.at(-1) as string)).finally(() => client.end())
  }
}

/** What can't be brought about in a test. */
function raised(code: string): Case {
  return statements([`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${code}'; END $$`])
}

function connecting(config: pg.ClientConfig): Case {
  return (server, attempt) => attempt(async () => (await server.connect(config)).end())
}

/** A query that runs until `end` has an effect. */
function endedBy(end: (server: PostgresServer, pid: number, admin: pg.Client) => unknown): Case {
  return async (server, attempt) => {
    const [client, admin] = await Promise.all([server.connect(), server.connect()])
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const [{ pid }] = rows
    const answer = attempt(() => client.query('SELECT pg_sleep(3600)'))
    answer.catch(() => {})
    const sleeping = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
    await eventually(async () => (await admin.query(sleeping, [pid])).rowCount === 1)
    await end(server, pid, admin)
    return answer.finally(() => Promise.all([client.end(), admin.end()]))
  }
}

/** A server of its own, which does not survive the case. */
function ownServer(play: Case): Case {
  return async (_server, attempt) => {
    await using server = await PostgresServer.start()
    return await play(server, attempt)
  }
}

const deadlock: Case = async (server, attempt) => {
  const [a, b] = await Promise.all([server.connect(), server.connect()])
  const lock = (client: pg.Client, id: number) => client.query('UPDATE team SET id = id WHERE id = $1', [id])
  for (const client of [a, b]) await client.query("SET deadlock_timeout = '1ms'; BEGIN")
  await Promise.all([lock(a, 1), lock(b, 2)])
  return attempt(() => Promise.all([lock(a, 2), lock(b, 1)])).finally(() => Promise.all([a.end(), b.end()]))
}

const serialization: Case = async (server, attempt) => {
  const [a, b] = await Promise.all([server.connect(), server.connect()])
  await a.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await a.query('SELECT FROM team')
  await b.query('UPDATE team SET id = id')
  return attempt(() => a.query('UPDATE team SET id = id')).finally(() => Promise.all([a.end(), b.end()]))
}

const locked: Case = async (server, attempt) => {
  const [a, b] = await Promise.all([server.connect(), server.connect()])
  await a.query('BEGIN; SELECT FROM team FOR UPDATE')
  return attempt(() => b.query('SELECT FROM team FOR UPDATE NOWAIT')).finally(() => Promise.all([a.end(), b.end()]))
}

const connectionLimit: Case = async (server, attempt) => {
  const first = await server.connect({ user: 'single' })
  return connecting({ user: 'single' })(server, attempt).finally(() => first.end())
}

const poolExhausted: Case = async (server, attempt) => {
  const pool = new pg.Pool({ ...server.config, max: 1, connectionTimeoutMillis: 60_000 })
  const held = await pool.connect()
  pool.options.connectionTimeoutMillis = 1
  return attempt(() => pool.query('SELECT 1')).finally(() => {
    held.release()
    return pool.end()
  })
}

const aborted: Case = async (server, attempt) => {
  const caller = new AbortController()
  const play = endedBy((_server, pid, admin) => {
    caller.abort()
    return admin.query('SELECT pg_cancel_backend($1)', [pid])
  })
  return play(server, (call) => attempt(call, { signal: caller.signal }))
}

/** While a connection is still open the server shuts down, and rejects others. */
const shuttingDown: Case = async (server, attempt) => {
  const open = await server.connect()
  server.signal('SIGTERM')
  await eventually(() => server.accepts().then((accepts) => !accepts))
  return connecting({})(server, attempt).finally(() => open.end())
}

const refused: Case = async (server, attempt) => {
  server.signal('SIGQUIT')
  await server.exited
  return connecting({})(server, attempt)
}

const silent: Case = async (_server, attempt) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pool = new pg.Pool({ host: '127.0.0.1', port, connectionTimeoutMillis: 1 })
  return attempt(() => pool.query('SELECT 1')).finally(() => server.close())
}

/** By the first column of the table in the README. */
export const cases: Readonly<Record<string, Case>> = {
  'a query that is answered': statements(['SELECT 1']),
  'unique violation': statements(['INSERT INTO team VALUES (1)']),
  'foreign key violation': statements(['INSERT INTO member VALUES (1, 99)']),
  'not-null violation': statements(['INSERT INTO member VALUES (1)']),
  'check violation': statements(['INSERT INTO member VALUES (1, 1, -1)']),
  'syntax error': statements(['SELEC 1']),
  'undefined table': statements(['SELECT FROM nowhere']),
  'undefined column': statements(['SELECT nothing FROM team']),
  'permission denied': statements(['SELECT FROM team'], { user: 'reader' }),
  'wrong password': connecting({ user: 'stranger', password: 'guess' }),
  'unknown database': connecting({ database: 'nowhere' }),
  'invalid text for a type': statements(["SELECT 'one'::int"]),
  'division by zero': statements(['SELECT 1 / 0']),
  'serialization failure': serialization,
  deadlock,
  'lock not available': locked,
  'cancelled by `pg_cancel_backend`': endedBy((_server, pid, admin) =>
    admin.query('SELECT pg_cancel_backend($1)', [pid]),
  ),
  'the signal of `execute` is aborted': aborted,
  '`statement_timeout`': statements(["SET statement_timeout = '1ms'", 'SELECT pg_sleep(3600)']),
  '`query_timeout` of the client': statements(['SELECT pg_sleep(3600)'], { query_timeout: 1 }),
  'too many connections': connectionLimit,
  'no place in the pool within `connectionTimeoutMillis`': poolExhausted,
  'no connection within `connectionTimeoutMillis`': silent,
  'write in a read-only transaction': statements(['BEGIN READ ONLY', 'INSERT INTO team VALUES (3)']),
  'disk full': raised('53100'),
  'error of the operating system': raised('58030'),
  'internal error': raised('XX000'),
  'lost connection of the server to another': raised('08006'),
  'shutdown by an administrator': endedBy((_server, pid, admin) =>
    admin.query('SELECT pg_terminate_backend($1)', [pid]),
  ),
  'the server shuts down': ownServer(shuttingDown),
  'the server crashes': ownServer(endedBy((_server, pid) => process.kill(pid, 'SIGKILL'))),
  'connection refused': ownServer(refused),
}
