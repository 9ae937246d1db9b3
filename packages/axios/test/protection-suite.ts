import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CircuitOpenError } from '@cb/core'
import { dependency, until } from '@cb/test-kit'
import type { AxiosError, AxiosInstance, AxiosResponse, AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errorOf, type ProtectedClient, protectedClient } from './protected-client.ts'

/** Tests of what protection does and what it does not change, for every supported axios. */
export function protectionSuite(axios: AxiosStatic): void {
  let at: ProtectedClient
  beforeEach(async () => {
    at = await protectedClient(axios)
  })
  afterEach(() => at[Symbol.asyncDispose]())

  describe('a breaker of its origin', () => {
    test('opens, rejects, probes and closes', async () => {
      await at.open()
      expect(await errorOf(at.client.get('/'))).toBeInstanceOf(CircuitOpenError)
      at.clock.advance(1_001)
      expect(at.breaker.state).toBe('half-open')
      expect((await at.client.get('/')).data).toBe('hello')
      expect(at.breaker.state).toBe('closed')
    })

    test('does not affect another origin', async () => {
      await using other = await dependency()
      await at.open()
      expect((await at.client.get(`${other.origin}/`)).data).toBe('hello')
      expect(Array.from(at.protection.registry, ({ name }) => name)).toEqual([at.service.origin, other.origin])
    })

    test('counts the result of a call from before it opened as late', async () => {
      const slow = at.client.get('/hang')
      await until(() => at.service.requests === 1)
      await at.open()
      at.clock.advance(1_001)
      expect(at.breaker.state).toBe('half-open')
      at.service.release()
      expect((await slow).data).toBe('late')
      expect(at.breaker.snapshot()).toMatchObject({ state: 'half-open', totals: { late: 1 } })
    })
  })

  describe('a rejected request', () => {
    test('opens no socket', async () => {
      await at.open()
      const { connections, requests } = at.service
      for (let n = 0; n < 5; n++) await errorOf(at.client.post('/', { n }))
      expect(at.service).toMatchObject({ connections, requests })
      expect(at.breaker.snapshot().totals.rejected).toBe(5)
    })

    test("gets core's error, which has the breaker, the reason and the time to retry", async () => {
      await at.open()
      const error = await errorOf(at.client.get('/?secret=1', { auth: { username: 'me', password: 'secret' } }))
      expect(error).toBeInstanceOf(CircuitOpenError)
      expect(error).toMatchObject({
        code: 'ECIRCUITOPEN',
        breaker: at.service.origin,
        reason: 'open',
        retryAfterMs: 1_000,
      })
      expect(JSON.stringify(error)).not.toContain('secret')
    })

    test("is taken for an error of axios, and has the request's config", async () => {
      await at.open()
      const error = await errorOf(at.client.get('/path'))
      expect(axios.isAxiosError(error)).toBe(true)
      expect(error.config.url).toBe('/path')
      expect(error.toJSON()).toMatchObject({ code: 'ECIRCUITOPEN', message: error.message })
      expect(Object.keys(error)).toEqual(['name', 'code', 'breaker', 'reason', 'retryAfterMs', 'trip'])
    })

    test('passes through the response interceptors as any error does', async () => {
      await at.open()
      at.client.interceptors.response.use(undefined, (error) => ({ data: `seen ${error.code}` }))
      expect((await at.client.get('/')).data).toBe('seen ECIRCUITOPEN')
    })
  })

  describe('a closed breaker', () => {
    test('changes neither the arguments nor the response of an adapter', async () => {
      const config: unknown[] = []
      const given = { data: 'x', status: 200, statusText: 'OK', headers: {} } as AxiosResponse
      const response = await at.client.get('/', {
        adapter: async (seen) => {
          config.push(seen)
          given.config = seen
          return given
        },
      })
      expect(response).toBe(given)
      expect(response.config).toBe(config[0])
      const failure = new Error('broken')
      expect(await errorOf(at.client.get('/', { adapter: () => Promise.reject(failure) }))).toBe(failure)
    })

    test("passes axios' own errors on", async () => {
      const error: AxiosError = await errorOf(at.client.get('/status/503'))
      expect(error).toBeInstanceOf(axios.AxiosError)
      expect(error.response?.data).toEqual({ well: true })
      expect(error).not.toHaveProperty('retryAfterMs')
    })

    test('counts an adapter without a response as a failure', async () => {
      await errorOf(at.client.get('/', { adapter: async () => null as never }))
      expect(at.breaker.snapshot().totals).toMatchObject({ success: 0, failure: 1 })
    })

    test('does not change a streamed body, and settles at its end', async () => {
      const { data } = await at.client.get<Readable>('/', { responseType: 'stream' })
      expect(data).toBeInstanceOf(Readable)
      expect(await text(data)).toBe('hello')
      expect(at.breaker.snapshot().totals.success).toBe(1)
    })

    test('keeps the order of the interceptors', async () => {
      const order: string[] = []
      const trace = (instance: AxiosInstance) => {
        for (const n of [1, 2]) {
          instance.interceptors.request.use((config) => {
            order.push(`request ${n}`)
            return config
          })
          instance.interceptors.response.use((response) => {
            order.push(`response ${n}`)
            return response
          })
        }
        return instance
      }
      await trace(axios.create({ baseURL: at.service.origin })).get('/')
      const usual = order.splice(0)
      await trace(at.client).get('/')
      expect(order).toEqual(usual)
      expect(usual).toHaveLength(4)
    })

    test('keeps synchronous request interceptors synchronous', async () => {
      let ran = false
      at.client.interceptors.request.use(
        (config) => {
          ran = true
          return config
        },
        null,
        { synchronous: true },
      )
      const request = at.client.get('/')
      expect(ran).toBe(true)
      await request
    })

    test('does not count errors of interceptors and transformResponse', async () => {
      const transformResponse = () => {
        throw new Error('no such format')
      }
      await errorOf(at.client.get('/', { transformResponse }))
      at.client.interceptors.request.use(() => Promise.reject(new Error('not allowed')))
      await errorOf(at.client.get('/'))
      expect(at.breaker.snapshot().totals).toMatchObject({ success: 1, failure: 0, ignored: 0 })
    })
  })
}
