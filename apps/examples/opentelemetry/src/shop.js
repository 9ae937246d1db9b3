import './telemetry.js'
import { setTimeout as wait } from 'node:timers/promises'
import { consecutiveFailures } from '@cb/core'
import { protectFetch } from '@cb/fetch'

const { USERS_URL = 'http://127.0.0.1:4001' } = process.env
const fetch = protectFetch({
  key: () => 'users',
  defaults: { trip: consecutiveFailures(3), openDuration: 100, halfOpen: { successThreshold: 1 } },
})

// Asks for a user ten times a second, until SIGTERM.
for (;;) {
  const response = await fetch(`${USERS_URL}/users/7`).catch(() => undefined)
  await response?.text()
  await wait(100)
}
