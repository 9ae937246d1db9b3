import { readFile, rename, writeFile } from 'node:fs/promises'
import { CircuitBreaker, consecutiveFailures, restoreState, saveState } from '@cb/core'

const { STATE_FILE = 'breaker.json', PAYMENTS_URL = 'http://127.0.0.1:1' } = process.env

const payments = new CircuitBreaker({
  name: 'payments',
  trip: consecutiveFailures(3),
  openDuration: 60_000,
  callTimeout: 2_000,
})

// A cold start goes on from what the last one knew. A missing or corrupt state must not stop the function.
const saved = await readFile(STATE_FILE, 'utf8')
  .then(JSON.parse)
  .catch(() => undefined)
if (saved) restoreState(payments, saved, { orFresh: true })

/** @param {{ amount: number }} event */
export async function handler(event) {
  try {
    return await payments.execute(async (signal) => {
      const response = await fetch(PAYMENTS_URL, { method: 'POST', body: JSON.stringify(event), signal })
      if (response.status >= 500) throw new Error(`payments responded with ${response.status}`)
      return { statusCode: response.status }
    })
  } catch (error) {
    const { code, retryAfterMs } = Object(error)
    if (code !== 'ECIRCUITOPEN') return { statusCode: 502 }
    return { statusCode: 503, headers: { 'retry-after': Math.ceil(retryAfterMs / 1_000) } }
  } finally {
    await save()
  }
}

/** A file here; a key of Redis or of DynamoDB in a cloud, where each instance has its own disk. */
async function save() {
  const draft = `${STATE_FILE}.${process.pid}`
  await writeFile(draft, JSON.stringify(saveState(payments)))
  await rename(draft, STATE_FILE) // whoever reads meanwhile has the whole old one
}
