import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { storeChecks } from '@cb/redis/testing'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../databases/test/postgres-server.ts'
import { postgresStore, schema } from '../src/postgres-store.js'

const server = usePostgres(schema)

function connect() {
  const pool = new pg.Pool({ ...server().config, max: 20 })
  onTestFinished(() => pool.end())
  return pool
}

test.each(storeChecks)('$name', ({ run }) => run(postgresStore(connect(), 'checked')))

test('fleets of different names know nothing of each other', async () => {
  const pool = connect()
  const [one, other] = [postgresStore(pool, 'one'), postgresStore(pool, 'other')]
  await one.run('payments', { op: 'read', seen: 0, instance: 'a', stay: 1_000 })
  expect([await one.names(), await other.names()]).toEqual([['payments'], []])
})

test('a row whose time is over goes', async () => {
  const pool = connect()
  const store = postgresStore(pool, 'over')
  await store.run('payments', { op: 'read', seen: 0, instance: 'a', stay: 1_000 })
  await pool.query("UPDATE breaker SET ends_at = 1 WHERE fleet = 'over'")
  expect(await store.names()).toEqual([])
})

test('the program prints what the README shows', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, expected] = /```text\n(.*?)```/s.exec(readme) ?? []
  const { host, port, user, database } = server().config
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }
  const program = fileURLToPath(new URL('../src/main.js', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env })
  expect(stderr).toBe('')
  expect(stdout).toBe(expected)
})
