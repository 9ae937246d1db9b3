import { CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { until } from '@cb/test-kit'
import type { AxiosAdapter, AxiosInstance, AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'
import { errorOf, type ProtectedClient, protectedClient } from './protected-client.ts'

/** Tests of which adapters are guarded, and until when, for every supported axios. */
export function attachmentSuite(axios: AxiosStatic): void {
  let at: ProtectedClient
  beforeEach(async () => {
    at = await protectedClient(axios)
  })
  afterEach(() => at[Symbol.asyncDispose]())

  describe('an adapter in the config of one request', () => {
    const adapter = async () => Promise.reject(new Error('down'))

    test('is used, and guarded', async () => {
      await errorOf(at.client.get('/', { adapter }))
      await errorOf(at.client.get('/', { adapter }))
      expect(await errorOf(at.client.get('/', { adapter }))).toBeInstanceOf(CircuitOpenError)
      expect(at.service.requests).toBe(0)
    })

    test('can be a name', async () => {
      await at.client.get('/', { adapter: 'http' })
      expect(at.breaker.snapshot().totals.success).toBe(1)
    })

    test('is guarded once if the request is repeated with its config', async () => {
      const { config } = await at.client.get('/', { adapter: 'http' })
      await at.client.request(config)
      expect(at.breaker.snapshot().totals.success).toBe(2)
    })

    test('is still guarded after all interceptors are cleared, if it is the adapter of the instance', async () => {
      at.client.interceptors.request.clear()
      await at.open()
      expect(await errorOf(at.client.get('/'))).toBeInstanceOf(CircuitOpenError)
    })

    test('is not guarded if a request interceptor sets it, so that a cache works while the circuit is open', async () => {
      await at.open()
      at.client.interceptors.request.use((config) => {
        config.adapter = async () => ({ data: 'cached', status: 200, statusText: '', headers: {}, config })
        return config
      })
      expect((await at.client.get('/')).data).toBe('cached')
    })
  })

  describe.each<[string, (client: AxiosInstance) => { adapter?: AxiosAdapter }]>([
    [
      'that wraps the one of the instance, set after the protection,',
      (client) => {
        const inner = client.defaults.adapter as AxiosAdapter
        client.defaults.adapter = (config) => inner(config)
        return {}
      },
    ],
    [
      'that wraps the one of the instance and passes a copy of the config on',
      (client) => {
        const inner = client.defaults.adapter as AxiosAdapter
        client.defaults.adapter = async (config) => inner({ ...config, timeout: 5_000 })
        return {}
      },
    ],
    [
      'in the config of one request, which delegates to the one of the instance,',
      (client) => ({ adapter: (config) => (client.defaults.adapter as AxiosAdapter)(config) }),
    ],
  ])('an adapter %s', (_what, wrap) => {
    test('makes one call of each attempt, and probes', async () => {
      const config = wrap(at.client)
      await errorOf(at.client.get('/status/500', config))
      await errorOf(at.client.get('/status/500', { ...config, circuitBreaker: { callTimeout: 60_000 } }))
      expect(at.breaker.snapshot()).toMatchObject({ state: 'open', totals: { failure: 2 } })
      expect(await errorOf(at.client.get('/', config))).toBeInstanceOf(CircuitOpenError)
      at.clock.advance(1_001)
      expect((await at.client.get('/', config)).data).toBe('hello')
      expect(at.breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 1, rejected: 1 } })
    })

    test('makes one call of a request that is repeated with the config of its error', async () => {
      const config = wrap(at.client)
      const error = await errorOf(at.client.get('/status/500', config))
      await errorOf(at.client.request(error.config))
      expect(at.breaker.snapshot().totals.failure).toBe(2)
    })
  })

  test('an instance without an adapter uses the one of axios, guarded', async () => {
    const instance = axios.create({ baseURL: at.service.origin })
    delete instance.defaults.adapter
    const { registry, detach } = protectAxios(instance)
    expect((await instance.get('/')).data).toBe('hello')
    expect(registry.get(at.service.origin).snapshot().totals.success).toBe(1)
    detach()
    expect(instance.defaults.adapter).toBeUndefined()
  })

  describe('circuitBreaker: false', () => {
    test('lets a request pass without counting it', async () => {
      await at.open()
      expect((await at.client.get('/', { circuitBreaker: false })).data).toBe('hello')
      expect(at.breaker.snapshot().totals).toMatchObject({ success: 0, rejected: 0 })
    })
  })

  describe('detach', () => {
    test('restores the instance', async () => {
      const instance = axios.create({ baseURL: at.service.origin })
      const before = { ...instance.defaults }
      const { registry, detach } = protectAxios(instance)
      expect(instance.defaults.adapter).not.toBe(before.adapter)
      detach()
      detach()
      expect(instance.defaults).toEqual(before)
      expect(instance.defaults.adapter).toBe(before.adapter)
      const { handlers } = instance.interceptors.request as unknown as { handlers: unknown[] }
      expect(handlers.filter((handler) => handler !== null)).toEqual([])
      await instance.get('/')
      expect(registry.size).toBe(0)
    })

    test('lets requests of an open breaker pass', async () => {
      await at.open()
      at.protection.detach()
      expect((await at.client.get('/')).data).toBe('hello')
    })

    test('keeps an adapter that was set after the protection', () => {
      const later = () => Promise.reject(new Error('never called'))
      at.client.defaults.adapter = later
      at.protection.detach()
      expect(at.client.defaults.adapter).toBe(later)
    })

    test('still settles calls in flight', async () => {
      const { registry, outcomes } = recordOutcomes()
      const instance = axios.create()
      const { detach } = protectAxios(instance, { registry })
      const request = instance.get(`${at.service.origin}/hang`)
      await until(() => at.service.requests === 1)
      detach()
      at.service.release()
      await request
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success'])
    })

    test('allows another protection', async () => {
      at.protection.detach()
      const again = protectAxios(at.client, { registry: new CircuitBreakerRegistry() })
      await at.client.get('/')
      expect(again.registry.get(at.service.origin).snapshot().totals.success).toBe(1)
    })
  })

  test('the same instance can not be protected twice, even after its adapter is replaced', () => {
    expect(() => protectAxios(at.client)).toThrow(/already protected/)
    at.client.defaults.adapter = 'http'
    expect(() => protectAxios(at.client)).toThrow(/already protected/)
  })

  test('an instance created from a protected one shares its guard, and can not be protected again', async () => {
    const child = at.client.create({ baseURL: at.service.origin })
    expect(() => protectAxios(child)).toThrow(/already protected/)
    await child.get('/')
    expect(at.breaker.snapshot().totals.success).toBe(1)
    at.protection.detach()
    await child.get('/')
    expect(at.breaker.snapshot().totals.success).toBe(1)
  })
}
