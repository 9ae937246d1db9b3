import { CallTimeoutError, CircuitBreakerRegistry } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import type { AxiosRequestConfig, AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'
import { errorOf } from './protected-client.ts'

/** Tests of where a call timeout can be set and what it does, for every supported axios. */
export function callTimeoutSuite(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeEach(async () => {
    service = await dependency()
  })
  afterEach(() => service.close())

  describe('a call timeout', () => {
    test.each<[string, () => ProtectAxiosOptions, AxiosRequestConfig]>([
      ['in the defaults', () => ({ defaults: { callTimeout: 300 } }), {}],
      ['of a registry', () => ({ registry: new CircuitBreakerRegistry({ defaults: { callTimeout: 300 } }) }), {}],
      ['of one breaker', () => ({ overrides: () => ({ callTimeout: 300 }) }), {}],
      ['of one request', () => ({}), { circuitBreaker: { callTimeout: 300 } }],
      [
        'of a request, instead of the one of the breaker',
        () => ({ defaults: { callTimeout: 1 } }),
        { circuitBreaker: { callTimeout: 300 } },
      ],
    ])('%s ends the request and its connection, and counts as a failure', async (_where, options, config) => {
      const instance = axios.create({ baseURL: service.origin, adapter })
      const { registry } = protectAxios(instance, options())
      const paths = ['/hang', '/stall/200']
      for (const [n, error] of (
        await Promise.all(paths.map((path) => errorOf(instance.get(path, config))))
      ).entries()) {
        expect(error).toBeInstanceOf(axios.AxiosError)
        expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'timeout of 300ms exceeded' })
        expect(error.cause).toBeInstanceOf(CallTimeoutError)
        expect(error.cause).toMatchObject({ breaker: service.origin, callTimeout: 300 })
        expect(error.config.url).toBe(paths[n])
      }
      await until(() => service.abandoned === 2)
      expect(registry.get(service.origin).snapshot()).toMatchObject({ totals: { failure: 2 }, timeouts: 2 })
    })

    test('leaves the config unchanged, so that a repeated request has a new timeout', async () => {
      const instance = axios.create({ baseURL: service.origin, adapter })
      protectAxios(instance, { defaults: { callTimeout: 60_000 } })
      const error = await errorOf(instance.get('/hang', { circuitBreaker: { callTimeout: 500 } }))
      expect(error.config.signal).toBeUndefined()
      const { signal } = new AbortController()
      const { config } = await instance.get('/', { signal })
      expect(config.signal).toBe(signal)
      for (const used of [error.config, config]) expect(Object.getOwnPropertySymbols(used)).toEqual([])
    })

    test('passes an abort by the caller on unchanged', async () => {
      const { registry, outcomes } = recordOutcomes(new CircuitBreakerRegistry({ defaults: { callTimeout: 10_000 } }))
      const instance = axios.create({ baseURL: service.origin, adapter })
      protectAxios(instance, { registry })
      const controller = new AbortController()
      const request = errorOf(instance.get('/hang', { signal: controller.signal }))
      await until(() => service.requests === 1)
      controller.abort()
      expect(axios.isCancel(await request)).toBe(true)
      expect(axios.isCancel(await errorOf(instance.get('/', { signal: controller.signal })))).toBe(true)
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['ignored'])
      await until(() => service.abandoned === 1)
    })
  })
}
