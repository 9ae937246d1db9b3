import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { type AxiosInstance, type AxiosRequestConfig, default as axios } from 'axios'
import axiosLowest from 'axios-lowest'
import axiosRetry from 'axios-retry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { protectAxios, type SettledAttempt } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'
import { errorOf } from './protected-client.ts'

let service: Listening
beforeAll(async () => {
  service = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    response.writeHead(Number(pathname.slice(1)), { 'content-type': 'application/json' })
    response.end(searchParams.get('body') ?? '{"errors":[{"message":"no such user"}]}')
  })
})
afterAll(() => service.close())

/** What `classify` saw of one request, and what was counted of it. */
async function seenBy(look: (settled: SettledAttempt) => unknown, config: AxiosRequestConfig, from = axios) {
  const seen: unknown[] = []
  const { registry, outcomes } = recordOutcomes()
  const client: AxiosInstance = from.create({ baseURL: service.origin, ...config })
  protectAxios(client, {
    registry,
    classify(settled) {
      seen.push(look(settled))
      return undefined
    },
  })
  return { client, seen, outcomes }
}

const data = ({ response }: SettledAttempt) => response?.data
const parsed = { errors: [{ message: 'no such user' }] }

describe('classify sees the data that the caller will get', () => {
  test.each([
    ['with http', axios, 'http'],
    ['with fetch', axios, 'fetch'],
    ['of axios 1.5', axiosLowest as unknown as typeof axios, 'http'],
  ])('%s', async (_what, from, adapter) => {
    const { client, seen } = await seenBy(data, { adapter }, from)
    const response = await client.get('/200')
    expect(seen).toEqual([parsed])
    expect(response.data).toBe(seen[0])
  })

  test('of a status that rejects, in the response and in the response of the error', async () => {
    const look = ({ response, error }: SettledAttempt) => [response?.data, (error as { response: object }).response]
    const { client, seen } = await seenBy(look, {})
    const error = await errorOf(client.get('/404'))
    expect(seen).toEqual([[parsed, error.response]])
    expect(error.response.data).toEqual(parsed)
  })

  test.each<[string, AxiosRequestConfig, unknown]>([
    ['as text', { responseType: 'text', transformResponse: [] }, '{"errors":[{"message":"no such user"}]}'],
    ['as bytes', { responseType: 'arraybuffer' }, Buffer.from('{"errors":[{"message":"no such user"}]}')],
    ['as one function transforms it', { transformResponse: (text: string) => text.length }, 39],
  ])('%s', async (_what, config, expected) => {
    const { client, seen } = await seenBy(data, config)
    expect((await client.get('/200')).data).toEqual(seen[0])
    expect(seen[0]).toEqual(expected)
  })
})

test('a 200 with errors counts as a failure where classify says so', async () => {
  const { registry, outcomes } = recordOutcomes()
  const client = axios.create({ baseURL: service.origin })
  protectAxios(client, { registry, classify: ({ response }) => (response?.data.errors ? 'failure' : undefined) })
  expect((await client.get('/200')).data).toEqual(parsed)
  await client.get('/200?body={}')
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failure', 'success'])
})

describe('the transformation', () => {
  const counted = () => {
    const calls: unknown[] = []
    const transformResponse = [
      function (this: { url?: string }, text: string, headers: { [name: string]: unknown }, status?: number) {
        calls.push([this.url, headers['content-type'], status])
        return { text, call: calls.length }
      },
    ]
    return { calls, transformResponse }
  }

  test.each([
    ['that classify reads twice runs once', (it: SettledAttempt) => [data(it), data(it)]],
    ['that classify does not read runs once, afterwards', () => undefined],
  ])('%s', async (_what, look) => {
    const { calls, transformResponse } = counted()
    const { client } = await seenBy(look, { transformResponse })
    const response = await client.get('/200?body=hi')
    expect(response.data).toEqual({ text: 'hi', call: 1 })
    expect(calls).toEqual([['/200?body=hi', 'application/json', 200]])
    expect(response.config.transformResponse).toEqual(transformResponse)
    expect(Object.keys(response)).toEqual(Object.keys(await axios.get(`${service.origin}/200`)))
    expect(response.config).not.toHaveProperty('response')
  })

  test('runs once for each attempt of axios-retry', async () => {
    const { calls, transformResponse } = counted()
    const { client, seen } = await seenBy(data, { transformResponse })
    axiosRetry(client, { retries: 2, retryDelay: () => 0, retryCondition: () => true })
    const error = await errorOf(client.get('/404?body=hi'))
    expect(calls).toHaveLength(3)
    expect(seen).toEqual([1, 2, 3].map((call) => ({ text: 'hi', call })))
    expect(error.response.data).toBe(seen[2])
  })

  test('that throws leaves classify the data as they came, and the caller gets the error of axios', async () => {
    const { client, seen, outcomes } = await seenBy(data, {
      responseType: 'json',
      transitional: { silentJSONParsing: false },
    })
    const bare = await errorOf(
      axios.get(`${service.origin}/200?body=oops`, {
        responseType: 'json',
        transitional: { silentJSONParsing: false },
      }),
    )
    const error = await errorOf(client.get('/200?body=oops'))
    expect(seen).toEqual(['oops'])
    expect([error.name, error.code, error.message]).toEqual([bare.name, bare.code, bare.message])
    expect(error.response.data).toBe(bare.response.data)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success'])
  })

  test('may look at the data of `this.response`', async () => {
    const transformResponse = function (this: object, text: string) {
      const { response } = this as { response?: { data: unknown } }
      return { before: response?.data, length: text.length }
    }
    const { client, seen } = await seenBy(data, { transformResponse })
    const response = await client.get('/200?body=hi')
    expect(response.data).toEqual({ before: 'hi', length: 2 })
    expect(seen).toEqual([response.data])
  })

  test('of a request that a fallback has answered leaves nothing to another request with its config', async () => {
    const client = axios.create({
      baseURL: service.origin,
      transformResponse: (_text, _headers, status) => ({ status }),
      validateStatus: () => true,
    })
    protectAxios(client, { classify: ({ response }) => (response?.data.status === 200 ? 'failure' : undefined) })
    const first = await client.get('/200', { circuitBreaker: { fallback: () => 'fallback' } })
    expect(first.data).toBe('fallback')
    const { data } = await client.request({ ...first.config, url: '/202', circuitBreaker: {} })
    expect(data).toEqual({ status: 202 })
  })

  test('leaves a stream alone', async () => {
    const { client, seen } = await seenBy(data, { responseType: 'stream' })
    const response = await client.get('/200')
    expect(response.data.setEncoding('utf8').read).toBeTypeOf('function')
    expect(await response.data.toArray()).toEqual(['{"errors":[{"message":"no such user"}]}'])
    expect(seen[0]).toBe(response.data)
  })

  test('of a response that a user has frozen runs in axios only', async () => {
    const registry = new CircuitBreakerRegistry()
    const frozen = Object.freeze({ data: 'hi', status: 200, statusText: '', headers: {}, config: {} as never })
    const adapter = async () => frozen
    const client = axios.create({ adapter })
    protectAxios(client, { registry, classify: ({ response }) => (response?.data === 'hi' ? 'ignored' : 'failure') })
    await errorOf(client.get('http://service.example/')) // axios itself can't write to it
    expect(registry.get('http://service.example').snapshot().totals).toMatchObject({ ignored: 1, failure: 0 })
  })
})
