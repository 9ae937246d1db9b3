import { Agent } from 'node:http'
import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { deaths, dyingServer, fakeClock } from '@cb/test-kit'
import axios from 'axios'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attempt, watched } from './attempt.ts'

const named = deaths.map((death) => [death.what, death.outcome, death.state, death] as const)

describe.each(['http', 'fetch'])('on a kept connection of the %s adapter', (adapter) => {
  test.each(named)('%s: a %s, the circuit is %s', async (_what, _outcome, _state, death) => {
    await using server = await dyingServer(death)
    const httpAgent = new Agent({ keepAlive: true })
    onTestFinished(() => httpAgent.destroy())
    const instance = axios.create({ adapter, httpAgent, baseURL: server.origin })
    const clock = fakeClock()
    const { registry, outcomes } = watched(
      new CircuitBreakerRegistry({
        defaults: {
          trip: consecutiveFailures(1),
          openDuration: 1_000,
          halfOpen: { successThreshold: 1 },
          now: clock.now,
        },
      }),
    )
    const breaker = registry.get('it')
    breaker.acquire().failure()
    outcomes.length = 0
    clock.advance(1_000)

    await instance.get('/')
    await server.betweenRequests()
    await attempt(instance, (it) => it.get('/'), { registry, key: () => 'it' })
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([death.outcome])
    expect(breaker.state).toBe(death.state)
    expect(server.connections).toBe(death.connections)
  })
})
