import { Agent } from 'node:http'
import { deaths, dependency, dyingServer } from '@cb/test-kit'
import axios from 'axios'
import { describe, expect, onTestFinished, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { attempt, halfOpen } from './attempt.ts'

/** Node.js tells the http adapter that the connection was reused, but not whether a part of the headers has arrived. */
const ignored = { outcome: 'ignored', state: 'half-open' } as const
const named = (adapter: string) =>
  deaths.map((death) => {
    const isAnswered = death.outcome === 'success' || death.what.includes('in part')
    const { outcome, state } = adapter === 'http' && !isAnswered ? ignored : death
    return [death.what, outcome, state, death] as const
  })

describe.each(['http', 'fetch'])('on a kept connection of the %s adapter', (adapter) => {
  test.each(named(adapter))('%s: a %s, the circuit is %s', async (_what, outcome, state, death) => {
    await using server = await dyingServer(death)
    const httpAgent = new Agent({ keepAlive: true })
    onTestFinished(() => httpAgent.destroy())
    const instance = axios.create({ adapter, httpAgent, baseURL: server.origin })
    const { breaker, outcomes, options } = halfOpen()

    await instance.get('/')
    await server.betweenRequests()
    await attempt(instance, (it) => it.get('/'), options)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([outcome])
    expect(breaker.state).toBe(state)
    expect(server.connections).toBe(death.connections)
  })
})

test('20 connections that the server closes in the moment of 20 requests do not open the breaker', async () => {
  await using service = await dependency()
  const httpAgent = new Agent({ keepAlive: true })
  onTestFinished(() => httpAgent.destroy())
  const instance = axios.create({ adapter: 'http', httpAgent, baseURL: service.origin })
  const { registry } = protectAxios(instance)
  const requests = () => Promise.all(Array.from({ length: 20 }, () => instance.get('/').catch((error) => error)))

  await requests()
  service.closeIdle()
  for (const error of await requests()) expect(error).toMatchObject({ code: 'ECONNRESET' })
  const breaker = registry.get(service.origin)
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 20, ignored: 20, failure: 0 } })
  expect((await instance.get('/')).data).toBe('hello')
})
