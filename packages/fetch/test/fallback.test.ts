import { CircuitOpenError } from '@cb/core'
import { type Dependency, dependency } from '@cb/test-kit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { HttpStatusError, protectFetch, type RequestProtection } from '../src/index.ts'
import { errorOf, observedFetch } from './attempt.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())

const cached = () => new Response('from the cache')

function closedOff() {
  const fetch = protectFetch()
  fetch.registry.get(service.origin).forceOpen()
  return (fallback: NonNullable<RequestProtection['fallback']>) =>
    fetch(service.origin, { circuitBreaker: { fallback } })
}

test('a fallback replaces the response of a rejected call', async () => {
  const fallback = vi.fn(cached)
  expect(await (await closedOff()(fallback)).text()).toBe('from the cache')
  const request = expect.objectContaining({ input: service.origin })
  expect(fallback).toHaveBeenCalledExactlyOnceWith(expect.any(CircuitOpenError), request, undefined)
})

test('a fallback replaces the error of a failed call, which is counted as a failure', async () => {
  const { fetch, outcomeNames } = observedFetch(globalThis.fetch)
  const fallback = async (error: unknown) => new Response(`instead of ${(error as Error).message}`)
  const response = await fetch(`${service.origin}/reset`, { circuitBreaker: { fallback } })
  expect(await response.text()).toBe('instead of fetch failed')
  expect(outcomeNames()).toEqual(['failure'])
})

test('a fallback replaces a response of a failing status, or returns it', async () => {
  const { fetch } = observedFetch(globalThis.fetch)
  const fallback = vi.fn((error: unknown, _request: unknown, response?: Response) =>
    error instanceof HttpStatusError && error.status === 503 ? cached() : (response as Response),
  )
  const at = async (path: string) => (await fetch(service.origin + path, { circuitBreaker: { fallback } })).text()
  expect(await at('/status/503')).toBe('from the cache')
  expect(await at('/status/500')).toBe('{"well":true}')
  expect(await at('/status/404')).toBe('{"well":true}')
  expect(fallback).toHaveBeenCalledTimes(2)
})

test('answers of fallbacks are counted by the breaker', async () => {
  const fetch = protectFetch()
  const breaker = fetch.registry.get(service.origin)
  await fetch(`${service.origin}/status/503`, { circuitBreaker: { fallback: cached } })
  breaker.forceOpen()
  await fetch(service.origin, { circuitBreaker: { fallback: cached } })
  await fetch(service.origin, { circuitBreaker: { fallback: () => Promise.reject(new Error('empty')) } }).catch(
    () => {},
  )
  expect(breaker.snapshot().fallbacks).toBe(2)
})

test.each<[string, string, RequestInit]>([
  ['has invalid arguments', '/', { body: 'x' }],
  ['was cancelled', '/', { signal: AbortSignal.abort() }],
])('a fallback is not called for a call that %s', async (_what, path, init) => {
  const fallback = vi.fn(cached)
  const { fetch } = observedFetch(globalThis.fetch)
  expect(await errorOf(fetch(service.origin + path, { ...init, circuitBreaker: { fallback } }))).toBeInstanceOf(Error)
  expect(fallback).not.toHaveBeenCalled()
})

test('a call whose fallback throws rejects with the error of the fallback, unchanged', async () => {
  const problem = new Error('the cache is empty')
  expect(await errorOf(closedOff()(() => Promise.reject(problem)))).toBe(problem)
  expect(problem.cause).toBeUndefined()
})

test('a call whose fallback is rejected by another breaker rejects with a copy that has the original as its cause', async () => {
  const rejection = new CircuitOpenError('cache', 'open', 5)
  const error = await errorOf(closedOff()(() => Promise.reject(rejection)))
  expect(error).toMatchObject({ breaker: 'cache', cause: { breaker: service.origin, reason: 'forced-open' } })
  expect(rejection.cause).toBeUndefined()
})

test('a fallback that rethrows leaves the error unchanged', async () => {
  const error = await errorOf(closedOff()((reason) => Promise.reject(reason)))
  expect(error).toBeInstanceOf(CircuitOpenError)
  expect(error.cause).toBeUndefined()
})

test.each([undefined, null, 'text', { ok: true }, []])(
  'a call whose fallback returns %j rejects with an error that names the expected value',
  async (value) => {
    const error = await errorOf(closedOff()(() => value as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain('circuitBreaker.fallback must return a Response, got')
    expect(error.cause).toBeInstanceOf(CircuitOpenError)
  },
)
