import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { classifyPostgres } from '../src/postgres.js'
import { cases, schema } from './postgres-cases.ts'
import { usePostgres } from './postgres-server.ts'
import { codesInCore, rowsOf } from './tables.ts'

const server = usePostgres(schema)

const rows = rowsOf('PostgreSQL')
const outcomeOf = ({ totals }: ReturnType<CircuitBreaker['snapshot']>) =>
  Object.entries(totals).flatMap(([outcome, calls]) => Array<string>(calls).fill(outcome))

test.each(rows)('$what ($code) is $outcome', async ({ what, code, outcome }) => {
  const breaker = new CircuitBreaker({ classify: classifyPostgres })
  const play = cases[what]?.(server(), (call, options) => breaker.execute(call, options))
  const [settled] = await Promise.allSettled([play])
  if (code === '') expect(settled).toMatchObject({ status: 'fulfilled' })
  else {
    const { reason } = settled as PromiseRejectedResult
    expect([reason.code, reason.name, reason.message]).toContain(code)
  }
  expect(outcomeOf(breaker.snapshot())).toEqual([outcome])
})

test('the table has each case once', () => {
  expect(rows.map(({ what }) => what).sort()).toEqual(Object.keys(cases).sort())
})

test('the shorter table, in the README of core, agrees with it', () => {
  const codes = codesInCore(1)
  expect(codes.length).toBeGreaterThan(10)
  for (const code of codes) expect(rows).toContainEqual(expect.objectContaining(code))
})

async function insertTwice(breaker: CircuitBreaker) {
  const client = await server().connect()
  const insert = () => breaker.execute(() => client.query('INSERT INTO team VALUES (1)'))
  for (let n = 0; n < 10; n++) await expect(insert()).rejects.toThrow('duplicate key')
  await client.end()
}

test('ten duplicate keys in a row open a breaker without it, and none with it', async () => {
  const [without, withIt] = [new CircuitBreaker(), new CircuitBreaker({ classify: classifyPostgres })]
  await insertTwice(without)
  await insertTwice(withIt)
  expect([without.state, withIt.state]).toEqual(['open', 'closed'])
})

test('a probe that meets a duplicate key closes the breaker', async () => {
  const { now, advance } = fakeClock()
  const options = { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
  const breaker = new CircuitBreaker({ ...options, classify: classifyPostgres })
  breaker.acquire().failure(new Error('down'))
  advance(1_000)
  await insertTwice(breaker)
  expect(breaker.state).toBe('closed')
})

test.each([
  ['a unique violation', 'unique violation', 'success'],
  ['a timeout', '`statement_timeout`', 'failure'],
])('%s that an ORM wraps is the same as without the ORM', async (_what, name, outcome) => {
  const breaker = new CircuitBreaker({ classify: classifyPostgres })
  const wrapped = cases[name]?.(server(), (call) =>
    breaker.execute(() =>
      call().catch((cause) => {
        throw new Error('Failed query', { cause })
      }),
    ),
  )
  await expect(wrapped).rejects.toThrow('Failed query')
  expect(outcomeOf(breaker.snapshot())).toEqual([outcome])
})
