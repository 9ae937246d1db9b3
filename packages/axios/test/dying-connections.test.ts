import { Agent } from 'node:http'
import { deaths, dyingServer } from '@cb/test-kit'
import axios from 'axios'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attempt, halfOpen } from './attempt.ts'

const named = deaths.map((death) => [death.what, death.outcome, death.state, death] as const)

describe.each(['http', 'fetch'])('on a kept connection of the %s adapter', (adapter) => {
  test.each(named)('%s: a %s, the circuit is %s', async (_what, _outcome, _state, death) => {
    await using server = await dyingServer(death)
    const httpAgent = new Agent({ keepAlive: true })
    onTestFinished(() => httpAgent.destroy())
    const instance = axios.create({ adapter, httpAgent, baseURL: server.origin })
    const { breaker, outcomes, options } = halfOpen()

    await instance.get('/')
    await server.betweenRequests()
    await attempt(instance, (it) => it.get('/'), options)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([death.outcome])
    expect(breaker.state).toBe(death.state)
    expect(server.connections).toBe(death.connections)
  })
})
