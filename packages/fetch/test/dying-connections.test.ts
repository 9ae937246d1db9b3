import { deaths, dyingServer, until } from '@cb/test-kit'
import { Agent, request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { breakerInterceptor } from '../src/undici.ts'
import { errorOf, fetches, halfOpen } from './attempt.ts'

/** Makes a request and reads the response, through the breaker or without it. */
type Get = (url: string) => Promise<unknown>
type Client = (options: ReturnType<typeof halfOpen>['options']) => readonly [past: Get, through: Get]

const clients: readonly (readonly [string, Client])[] = [
  ...fetches.map(([name, bare]): readonly [string, Client] => [
    name,
    (options) => {
      const guarded = protectFetch(bare, options)
      return [(url) => bare(url).then((it) => it.text()), (url) => guarded(url).then((it) => it.text())]
    },
  ]),
  [
    'a dispatcher of undici',
    (options) => {
      const agent = new Agent()
      onTestFinished(() => agent.destroy())
      const guarded = agent.compose(breakerInterceptor(options))
      const by = (dispatcher: Agent | typeof guarded) => async (url: string) =>
        (await request(url, { dispatcher })).body.text()
      return [by(agent), by(guarded)]
    },
  ],
]

const named = deaths.map((death) => [death.what, death.outcome, death.state, death] as const)

describe.each(clients)('on a kept connection of %s', (_name, client) => {
  test.each(named)('%s: a %s, the circuit is %s', async (_what, _outcome, _state, death) => {
    await using server = await dyingServer(death)
    const { breaker, options } = halfOpen()
    const outcomes: string[] = []
    options.registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
    const [past, through] = client(options)

    await past(server.origin)
    await server.betweenRequests()
    await errorOf(through(server.origin))
    await until(() => outcomes.length > 0)
    expect(outcomes).toEqual([death.outcome])
    expect(breaker.state).toBe(death.state)
    expect(server.connections).toBe(death.connections)
  })
})
