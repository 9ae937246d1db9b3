import { readFile, writeFile } from 'node:fs/promises'
import { CircuitBreaker, consecutiveFailures, restoreState, saveState } from '@cb/core'

/** Where the state is kept between cold starts: a file here, a table or Redis in production. */
const stateFile = process.env['STATE_FILE'] ?? 'state.json'

const payments = new CircuitBreaker({
  name: 'payments',
  trip: consecutiveFailures(3),
  openDuration: 60_000,
})

// At a cold start. With `orFresh`, a state that can't be read costs what was learnt, and not the start.
const saved = await readFile(stateFile, 'utf8').catch(() => undefined)
if (saved !== undefined) restoreState(payments, JSON.parse(saved), { orFresh: true })

// Only a transition is worth a write.
let saving = Promise.resolve()
payments.on('transition', () => {
  saving = saving.then(() => writeFile(stateFile, JSON.stringify(saveState(payments))))
})

/** @param {{ pay: () => Promise<string> }} event */
export async function handler({ pay }) {
  try {
    return { status: 200, body: await payments.execute(pay) }
  } catch (error) {
    const { code, message } = Object(error)
    return { status: code === 'ECIRCUITOPEN' ? 503 : 502, body: code ?? message }
  } finally {
    await saving // before the platform freezes the process
  }
}
