import { setTimeout as wait } from 'node:timers/promises'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { joinFleet } from '@cb/redis'
import pg from 'pg'
import { postgresStore, schema } from './postgres-store.js'

const pool = new pg.Pool()
pool.on('error', () => {}) // an idle connection that the server closes; without a listener it ends the process
await pool.query(schema)

/** @param {string} instance  usually each is a process of its own */
async function startInstance(instance) {
  const payments = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(2), openDuration: 60_000 })
  const fleet = await joinFleet({ store: postgresStore(pool, 'shop'), instance, pollInterval: 500 })
  await fleet.share(payments)
  return { payments, fleet }
}

const one = await startInstance('shop-1')
const other = await startInstance('shop-2')
for (let n = 0; n < 2; n++) await one.payments.execute(() => Promise.reject(new Error('down'))).catch(() => {})
while (other.payments.state === 'closed') await wait(10)
const { reason, by, note } = other.payments.snapshot().lastTransition ?? {}
console.log(`shop-2 is open: ${reason} by ${by}, ${note}`)

await other.fleet.forceClosed('payments', { note: 'it is our monitoring that is down' })
while (one.payments.state === 'open') await wait(10)
console.log(`shop-1 is closed: ${one.payments.snapshot().override?.note}`)

await other.fleet.resume('payments')
for (const { fleet } of [one, other]) await fleet.leave()
await pool.query("DELETE FROM breaker WHERE fleet = 'shop'")
await pool.end()
