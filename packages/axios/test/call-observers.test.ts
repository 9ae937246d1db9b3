import { AsyncLocalStorage } from 'node:async_hooks'
import { observe } from '@cb/core'
import { listen } from '@cb/test-kit'
import axios, { type InternalAxiosRequestConfig } from 'axios'
import { expect, onTestFinished, test } from 'vitest'
import { protectAxios } from '../src/index.ts'

test.each([undefined, 5_000])(
  'a request runs inside the context of an observer (callTimeout %s)',
  async (callTimeout) => {
    const spans = new AsyncLocalStorage<string>()
    onTestFinished(observe({ call: (run, breaker) => spans.run(breaker.name, run) }))
    const server = await listen((_request, response) => response.end())
    onTestFinished(() => server.close())
    const client = axios.create({ baseURL: server.origin })
    protectAxios(client, callTimeout === undefined ? {} : { defaults: { callTimeout } })
    const http = axios.getAdapter('http')
    let around: string | undefined
    const adapter = (config: InternalAxiosRequestConfig) => {
      around = spans.getStore()
      return http(config)
    }
    expect((await client.get('/', { adapter })).status).toBe(200)
    expect(around).toBe(server.origin)
  },
)
