import { CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { until } from '@cb/test-kit'
import type { AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { watched } from './attempt.ts'
import { errorOf, type ProtectedClient, protectedClient } from './protected-client.ts'

/** Which adapters are guarded, and until when, for every supported axios. */
export function attachmentSuite(axios: AxiosStatic): void {
  let at: ProtectedClient
  beforeEach(async () => {
    at = await protectedClient(axios)
  })
  afterEach(() => at[Symbol.asyncDispose]())

  describe('an adapter that one request brings along', () => {
    const adapter = async () => Promise.reject(new Error('down'))

    test('is used, and guarded', async () => {
      await errorOf(at.client.get('/', { adapter }))
      await errorOf(at.client.get('/', { adapter }))
      expect(await errorOf(at.client.get('/', { adapter }))).toBeInstanceOf(CircuitOpenError)
      expect(at.service.requests).toBe(0)
    })

    test('may be a name', async () => {
      await at.client.get('/', { adapter: 'http' })
      expect(at.breaker.snapshot().totals.success).toBe(1)
    })

    test('is guarded once where the request is made again from its config', async () => {
      const { config } = await at.client.get('/', { adapter: 'http' })
      await at.client.request(config)
      expect(at.breaker.snapshot().totals.success).toBe(2)
    })

    test('is guarded also after all interceptors were cleared, if it is the instance that has it', async () => {
      at.client.interceptors.request.clear()
      await at.open()
      expect(await errorOf(at.client.get('/'))).toBeInstanceOf(CircuitOpenError)
    })

    test('is left alone where a request interceptor sets it, so that a cache answers while the circuit is open', async () => {
      await at.open()
      at.client.interceptors.request.use((config) => {
        config.adapter = async () => ({ data: 'cached', status: 200, statusText: '', headers: {}, config })
        return config
      })
      expect((await at.client.get('/')).data).toBe('cached')
    })
  })

  test('an instance that has no adapter of its own uses that of axios, guarded', async () => {
    const instance = axios.create({ baseURL: at.service.origin })
    delete instance.defaults.adapter
    const { registry, detach } = protectAxios(instance)
    expect((await instance.get('/')).data).toBe('hello')
    expect(registry.get(at.service.origin).snapshot().totals.success).toBe(1)
    detach()
    expect(instance.defaults.adapter).toBeUndefined()
  })

  describe('circuitBreaker: false', () => {
    test('lets a request pass, uncounted', async () => {
      await at.open()
      expect((await at.client.get('/', { circuitBreaker: false })).data).toBe('hello')
      expect(at.breaker.snapshot().totals).toMatchObject({ success: 0, rejected: 0 })
    })
  })

  describe('detach', () => {
    test('leaves the instance as it was', async () => {
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

    test('frees the requests of an open breaker', async () => {
      await at.open()
      at.protection.detach()
      expect((await at.client.get('/')).data).toBe('hello')
    })

    test('does not undo an adapter that was set since', () => {
      const later = () => Promise.reject(new Error('never called'))
      at.client.defaults.adapter = later
      at.protection.detach()
      expect(at.client.defaults.adapter).toBe(later)
    })

    test('still settles what is in flight', async () => {
      const { registry, outcomes } = watched()
      const instance = axios.create()
      const { detach } = protectAxios(instance, { registry })
      const request = instance.get(`${at.service.origin}/hang`)
      await until(() => at.service.requests === 1)
      detach()
      at.service.release()
      await request
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success'])
    })

    test('makes way for another protection', async () => {
      at.protection.detach()
      const again = protectAxios(at.client, { registry: new CircuitBreakerRegistry() })
      await at.client.get('/')
      expect(again.registry.get(at.service.origin).snapshot().totals.success).toBe(1)
    })
  })

  test('the same instance is not protected twice, whatever its adapter is now', () => {
    expect(() => protectAxios(at.client)).toThrow(/protected already/)
    at.client.defaults.adapter = 'http'
    expect(() => protectAxios(at.client)).toThrow(/protected already/)
  })

  test('an instance created from a protected one is not protected a second time either, but shares its guard', async () => {
    const child = at.client.create({ baseURL: at.service.origin })
    expect(() => protectAxios(child)).toThrow(/protected already/)
    await child.get('/')
    expect(at.breaker.snapshot().totals.success).toBe(1)
    at.protection.detach()
    await child.get('/')
    expect(at.breaker.snapshot().totals.success).toBe(1)
  })
}
