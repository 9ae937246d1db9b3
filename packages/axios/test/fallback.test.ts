import { CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { dependency } from '@cb/test-kit'
import axios, { type AxiosRequestConfig } from 'axios'
import { expect, test, vi } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { attempt } from './attempt.ts'

/** A client whose breaker for every request is forced open. */
function closedOff() {
  const registry = new CircuitBreakerRegistry()
  registry.get('all').forceOpen()
  const instance = axios.create()
  protectAxios(instance, { registry, key: () => 'all' })
  return instance
}

test('a fallback replaces a rejected call, with its value as the data', async () => {
  const cached = { items: [] }
  const fallback = vi.fn(async () => cached)
  const response = await closedOff().get('http://api.example/', { circuitBreaker: { fallback } })
  expect(response.data).toBe(cached)
  expect(response).toMatchObject({ status: 200, statusText: 'Fallback', config: { url: 'http://api.example/' } })
  expect(fallback).toHaveBeenCalledExactlyOnceWith(
    expect.any(CircuitOpenError),
    expect.objectContaining({ url: 'http://api.example/' }),
  )
})

test('a fallback replaces a failed call, which is counted as a failure', async () => {
  await using service = await dependency()
  const circuitBreaker = { fallback: (error: unknown) => `instead of ${(error as Error).message}` }
  const { response, outcomes } = await attempt(axios.create(), (it) =>
    it.get(`${service.origin}/status/503`, { circuitBreaker }),
  )
  expect(response?.data).toBe('instead of Request failed with status code 503')
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failure'])
})

test('a fallback replaces a response that counts as a failure although the call has resolved', async () => {
  await using service = await dependency()
  const config = { validateStatus: () => true, circuitBreaker: { fallback: (error: unknown) => (error as Error).name } }
  const { response, outcomes } = await attempt(axios.create(), (it) => it.get(`${service.origin}/status/503`, config))
  expect(response?.data).toBe('HttpStatusError')
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failure'])
})

test('answers of fallbacks are counted and announced by the breaker, those that throw are not', async () => {
  const registry = new CircuitBreakerRegistry()
  const breaker = registry.get('all')
  breaker.forceOpen()
  const seen = vi.fn()
  breaker.on('fallback', seen)
  const instance = axios.create()
  protectAxios(instance, { registry, key: () => 'all' })
  await instance.get('http://api.example/', { circuitBreaker: { fallback: () => 1 } })
  const throwing = { fallback: () => Promise.reject(new Error('empty')) }
  await instance.get('http://api.example/', { circuitBreaker: throwing }).catch(() => {})
  expect(breaker.snapshot().fallbacks).toBe(1)
  expect(seen).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ breaker: 'all', error: expect.any(CircuitOpenError) }),
  )
})

test.each<[string, AxiosRequestConfig]>([
  ['is aborted before it begins', { signal: AbortSignal.abort() }],
  ['is cancelled in flight', { url: '/hang', signal: abortedSoon() }],
  ['has the status 404', { url: '/status/404' }],
])('a fallback is not called for a call that %s', async (_what, config) => {
  await using service = await dependency()
  const fallback = vi.fn()
  const instance = axios.create({ baseURL: service.origin })
  const { error } = await attempt(instance, (it) => it.request({ ...config, circuitBreaker: { fallback } }))
  expect(axios.isAxiosError(error)).toBe(true)
  expect(fallback).not.toHaveBeenCalled()
})

function abortedSoon(): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  return controller.signal
}

test('the value of a fallback is not transformed, but the response of a repeated request is', async () => {
  await using service = await dependency()
  const transformResponse = [(data: string) => `transformed ${data}`]
  const circuitBreaker = { fallback: () => '{"a":1}' }
  const { response } = await attempt(axios.create(), (it) =>
    it.get(`${service.origin}/reset`, { transformResponse, circuitBreaker }),
  )
  expect(response?.data).toBe('{"a":1}')
  const again = await axios.request({ ...response?.config, url: service.origin })
  expect(again.data).toBe('transformed hello')
})

test('a call whose fallback throws rejects with the error of the fallback, unchanged', async () => {
  const problem = new Error('the cache is empty')
  const fallback = () => {
    throw problem
  }
  await expect(closedOff().get('http://api.example/', { circuitBreaker: { fallback } })).rejects.toBe(problem)
  expect(problem.cause).toBeUndefined()
})

test('a call whose fallback is rejected by another breaker rejects with a copy that has the original as its cause', async () => {
  const rejection = new CircuitOpenError('cache', 'open', 5)
  const fallback = () => Promise.reject(rejection)
  const error = await closedOff()
    .get('http://api.example/', { circuitBreaker: { fallback } })
    .catch((reason) => reason)
  expect(error).toMatchObject({ breaker: 'cache', cause: { breaker: 'all', reason: 'forced-open' } })
  expect(rejection.cause).toBeUndefined()
})

test('a fallback that rethrows leaves the error unchanged', async () => {
  await using service = await dependency()
  const fallback = (error: unknown) => Promise.reject(error)
  const { error } = await attempt(axios.create(), (it) =>
    it.get(`${service.origin}/status/500`, { circuitBreaker: { fallback } }),
  )
  expect(error.response.status).toBe(500)
  expect(error.cause).toBeUndefined()
})

test('a fallback in the defaults of an instance serves every request without one', async () => {
  const instance = closedOff()
  instance.defaults.circuitBreaker = { fallback: () => 'of the instance' }
  expect((await instance.get('http://api.example/')).data).toBe('of the instance')
  const own = { circuitBreaker: { fallback: () => 'of the request' } }
  expect((await instance.get('http://api.example/', own)).data).toBe('of the request')
})
