import { CircuitOpenError } from '@cb/core'
import axios, { isAxiosError } from 'axios'
import { setupCache } from 'axios-cache-interceptor'
import MockAdapter from 'axios-mock-adapter'
import * as rax from 'retry-axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { errorOf, type ProtectedClient, protectedClient } from './protected-client.ts'

let at: ProtectedClient
beforeEach(async () => {
  at = await protectedClient(axios)
})
afterEach(() => at[Symbol.asyncDispose]())

describe('axios-cache-interceptor', () => {
  test('gets each rejection of a URL, and caches a later response', async () => {
    setupCache(at.client as never)
    await at.open()
    for (let n = 0; n < 3; n++) {
      const [one, other] = await Promise.all([errorOf(at.client.get('/')), errorOf(at.client.get('/'))])
      for (const error of [one, other]) {
        expect(error).toBeInstanceOf(CircuitOpenError)
        expect(error).toMatchObject({ code: 'ECIRCUITOPEN', breaker: at.service.origin })
        expect(isAxiosError(error)).toBe(true)
      }
    }
    at.clock.advance(1_001)
    const { requests } = at.service
    for (let n = 0; n < 3; n++) expect((await at.client.get('/')).data).toBe('hello')
    expect(at.service.requests).toBe(requests + 1)
  })

  test('answers from its cache while the circuit is open', async () => {
    setupCache(at.client as never)
    await at.client.get('/')
    await at.open()
    expect((await at.client.get('/')).data).toBe('hello')
    expect(await errorOf(at.client.get('/status/200'))).toBeInstanceOf(CircuitOpenError)
  })
})

describe('axios-mock-adapter', () => {
  test('that passes a request through makes one call of it, and a probe of it while half-open', async () => {
    const mock = new MockAdapter(at.client as never)
    mock.onGet('/fake').reply(200, 'fake')
    mock.onAny().passThrough()
    await at.open()
    expect(at.breaker.snapshot().totals.failure).toBe(2)
    at.clock.advance(1_001)
    expect((await at.client.get('/')).data).toBe('hello')
    expect(at.breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 1, rejected: 0 } })
    expect((await at.client.get('/fake')).data).toBe('fake')
  })

  test('that was there before the protection makes one call of a request', async () => {
    const instance = axios.create({ baseURL: at.service.origin })
    new MockAdapter(instance as never, { onNoMatch: 'passthrough' })
    const { registry } = protectAxios(instance)
    expect((await instance.get('/')).data).toBe('hello')
    expect(registry.get(at.service.origin).snapshot().totals).toMatchObject({ success: 1, rejected: 0 })
  })
})

describe('retry-axios', () => {
  test.each(['protected first', 'attached first'])('does not repeat a rejected request, %s', async (order) => {
    const instance = axios.create({ baseURL: at.service.origin, raxConfig: { retry: 3, retryDelay: 1 } } as object)
    if (order === 'attached first') rax.attach(instance as never)
    const { registry } = protectAxios(instance)
    if (order === 'protected first') rax.attach(instance as never)
    const breaker = registry.get(at.service.origin)
    breaker.forceOpen()
    expect(await errorOf(instance.get('/'))).toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })
})
