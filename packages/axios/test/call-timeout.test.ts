import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { type Dependency, dependency, fakeClock } from '@cb/test-kit'
import axios from 'axios'
import axiosRetry from 'axios-retry'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'
import { callTimeoutSuite } from './call-timeout-suite.ts'
import { errorOf } from './protected-client.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
afterEach(() => {
  vi.restoreAllMocks()
  return service.close()
})

describe.each(['http', 'fetch'] as const)('through the %s adapter,', (adapter) => callTimeoutSuite(axios, adapter))

test('each attempt of axios-retry has its own call timeout', async () => {
  const instance = axios.create({ baseURL: service.origin })
  const { registry } = protectAxios(instance, { defaults: { callTimeout: 1_000 } })
  axiosRetry(instance, { retries: 2, shouldResetTimeout: true })
  expect(await errorOf(instance.get('/hang'))).toMatchObject({ code: 'ETIMEDOUT' })
  expect(registry.get(service.origin).snapshot().timeouts).toBe(3)
})

test('a probe has the shorter call timeout of half-open', async () => {
  const clock = fakeClock()
  const instance = axios.create({ baseURL: service.origin })
  const { registry } = protectAxios(instance, {
    defaults: {
      trip: consecutiveFailures(1),
      openDuration: 1_000,
      callTimeout: 60_000,
      halfOpen: { callTimeout: 500, probeTimeout: 120_000 },
      now: clock.now,
    },
  })
  await errorOf(instance.get('/status/500'))
  clock.advance(1_001)
  expect(await errorOf(instance.get('/hang'))).toMatchObject({ message: 'timeout of 500ms exceeded' })
  expect(registry.get(service.origin).state).toBe('open')
})

test('an adapter that ignores its signal does not delay the caller', async () => {
  const instance = axios.create({ adapter: () => new Promise(() => {}) })
  protectAxios(instance, { defaults: { callTimeout: 500 } })
  expect(await errorOf(instance.get('http://api.example/'))).toMatchObject({ code: 'ETIMEDOUT' })
})

test('an adapter that settles after its call timeout changes nothing', async () => {
  const { registry, outcomes } = recordOutcomes(new CircuitBreakerRegistry({ defaults: { callTimeout: 500 } }))
  let settle: ((answer: never) => void)[] = []
  const instance = axios.create({ adapter: () => new Promise((...both) => (settle = both)) })
  protectAxios(instance, { registry })
  for (const which of [0, 1]) {
    await errorOf(instance.get('http://api.example/'))
    settle[which]?.({ status: 200, data: '' } as never)
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failure', 'failure'])
  expect(registry.get('http://api.example').snapshot().totals.late).toBe(0)
})

test('a fallback replaces the response of a call that takes too long', async () => {
  const instance = axios.create({ baseURL: service.origin })
  protectAxios(instance, { defaults: { callTimeout: 500 } })
  const { data } = await instance.get('/hang', { circuitBreaker: { fallback: (error) => (error as Error).message } })
  expect(data).toBe('timeout of 500ms exceeded')
})

test('a call that ends in time leaves no timer and no listener on the signal of the caller', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const counted = new Proxy(signal, {
    get(target, name) {
      if (name === 'addEventListener') listeners++
      if (name === 'removeEventListener') listeners--
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const instance = axios.create({ baseURL: service.origin })
  protectAxios(instance, { defaults: { callTimeout: 60_000 } })
  const started = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  for (const path of ['/', '/status/404', '/status/500', '/gone']) {
    await instance.get(path, { signal: counted, validateStatus: null }).catch(() => {})
  }
  expect(listeners).toBe(0)
  const limits = started.mock.results.filter((_, n) => started.mock.calls[n]?.[1] === 60_000).map(({ value }) => value)
  expect(limits).toHaveLength(4)
  for (const limit of limits) expect(cleared.mock.calls.map(([timer]) => timer)).toContain(limit)
})
