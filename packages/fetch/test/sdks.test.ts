import Anthropic from '@anthropic-ai/sdk'
import { RESTDataSource } from '@apollo/datasource-rest'
import { type Dependency, dependency } from '@cb/test-kit'
import ky from 'ky'
import { createFetch } from 'ofetch'
import OpenAI from 'openai'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { errorOf } from './attempt.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())

type Fetch = typeof globalThis.fetch
type Call = () => Promise<unknown>

/** One call of each SDK with its own retries, which is given our fetch. */
const sdks: Record<string, (fetch: Fetch, origin: string) => Call> = {
  openai(fetch, baseURL) {
    const client = new OpenAI({ apiKey: 'none', baseURL, fetch })
    return () => client.models.list()
  },
  '@anthropic-ai/sdk'(fetch, baseURL) {
    const client = new Anthropic({ apiKey: 'none', baseURL, fetch })
    return () => client.models.list()
  },
  stripe(fetch, origin) {
    const { hostname, port } = new URL(origin)
    const httpClient = Stripe.createFetchHttpClient(fetch)
    const client = new Stripe('none', { httpClient, host: hostname, port, protocol: 'http', telemetry: false })
    return () => client.rawRequest('GET', '/status/200')
  },
  ky(fetch, prefixUrl) {
    const statusCodes = [408, 413, 429, 500, 502, 504]
    const client = ky.create({ fetch, prefixUrl, retry: { statusCodes } })
    return () => client.get('status/200').json()
  },
  ofetch(fetch, baseURL) {
    const retryStatusCodes = [408, 409, 425, 429, 500, 502, 504]
    const client = createFetch({ fetch, defaults: { baseURL, retryStatusCodes } })
    return () => client('/status/200')
  },
  '@apollo/datasource-rest'(fetch, baseURL) {
    class Users extends RESTDataSource {
      override baseURL = baseURL
      find() {
        return this.get('status/200')
      }
    }
    const users = new Users({ fetch: fetch as never })
    return () => users.find()
  },
}

describe.each(Object.entries(sdks))('%s', (_name, connect) => {
  test('works with a protected fetch', async () => {
    const fetch = protectFetch({ whenOpen: 'respond' })
    const { requests } = service
    await connect(fetch, service.origin)()
    expect(service.requests).toBe(requests + 1)
    expect(fetch.registry.get(service.origin).snapshot().totals).toMatchObject({ success: 1, rejected: 0 })
  })

  test('needs one attempt while the circuit is open, with whenOpen: respond', async () => {
    const fetch = protectFetch({ whenOpen: 'respond' })
    const breaker = fetch.registry.get(service.origin)
    breaker.forceOpen()
    const error = await errorOf(connect(fetch, service.origin)())
    expect(error).toBeInstanceOf(Error)
    expect(error.message).not.toBe('')
    expect(statusOf(error)).toBe(503)
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })
})

// biome-ignore lint/suspicious/noExplicitAny: each SDK has errors of its own
function statusOf(error: any): unknown {
  return error.status ?? error.statusCode ?? error.response?.status ?? error.extensions?.response?.status
}
