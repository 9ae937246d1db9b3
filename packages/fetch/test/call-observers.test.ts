import { AsyncLocalStorage } from 'node:async_hooks'
import { observe } from '@cb/core'
import { listen } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'
import { protectFetch } from '../src/index.ts'

test.each([undefined, 5_000])('a call runs inside the context of an observer (callTimeout %s)', async (callTimeout) => {
  const spans = new AsyncLocalStorage<string>()
  onTestFinished(observe({ call: (run, breaker) => spans.run(breaker.name, run) }))
  const server = await listen((_request, response) => response.end())
  onTestFinished(() => server.close())
  let around: string | undefined
  const seen = (input: string | URL | Request, init?: RequestInit) => {
    around = spans.getStore()
    return fetch(input, init)
  }
  const protectedFetch = protectFetch(seen, callTimeout === undefined ? {} : { defaults: { callTimeout } })
  expect((await protectedFetch(server.origin)).status).toBe(200)
  expect(around).toBe(server.origin)
})
