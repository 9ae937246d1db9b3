import { CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures } from '@cb/core'
import axios, { type AxiosRequestConfig } from 'axios'
import { describe, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'

/** The name of the breaker of one request, and its options. */
async function breakerOf(config: AxiosRequestConfig, options: ProtectAxiosOptions) {
  const instance = axios.create({
    adapter: async (seen) => ({ data: '', status: 200, statusText: 'OK', headers: {}, config: seen }),
  })
  const { registry } = protectAxios(instance, options)
  await instance.request({ url: 'http://api.example/', ...config })
  const [snapshot, ...others] = registry.snapshot()
  expect(others).toEqual([])
  return { name: snapshot?.name, config: snapshot?.config }
}

describe('with `writes`', () => {
  test.each(['GET', 'get', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', undefined])('%s is a read', async (method) => {
    expect((await breakerOf({ ...(method && { method }) }, { writes: true })).name).toBe('http://api.example')
  })

  test.each(['POST', 'post', 'PUT', 'PATCH', 'DELETE', 'PURGE'])('%s is a write', async (method) => {
    expect((await breakerOf({ method }, { writes: true })).name).toBe('http://api.example writes')
  })

  test('reads are admitted while writes are rejected', async () => {
    const instance = axios.create({
      adapter: async (config) => {
        const status = config.method === 'post' ? 503 : 200
        return { data: 'hello', status, statusText: '', headers: {}, config }
      },
    })
    const { registry } = protectAxios(instance, { writes: true, defaults: { trip: consecutiveFailures(1) } })
    await instance.post('http://api.example/')
    await expect(instance.put('http://api.example/')).rejects.toMatchObject({ breaker: 'http://api.example writes' })
    await expect(instance.put('http://api.example/')).rejects.toBeInstanceOf(CircuitOpenError)
    expect((await instance.get('http://api.example/')).data).toBe('hello')
    expect(registry.get('http://api.example').state).toBe('closed')
  })

  test('its options replace the defaults, and overrides replace both', async () => {
    const overrides = vi.fn((key: string) =>
      key.endsWith(' writes') ? { halfOpen: { successThreshold: 9 } } : undefined,
    )
    const options = {
      defaults: { openDuration: 5, callTimeout: 6, halfOpen: { maxConcurrent: 4, successThreshold: 4 } },
      writes: { openDuration: 7, halfOpen: { maxConcurrent: 8 } },
      overrides,
    }
    expect((await breakerOf({ method: 'post' }, options)).config).toMatchObject({
      openDuration: { duration: 7 },
      callTimeout: 6,
      halfOpen: { maxConcurrent: 8, successThreshold: 9 },
    })
    expect(overrides).toHaveBeenCalledWith('http://api.example writes', expect.objectContaining({ method: 'post' }))
    expect((await breakerOf({}, options)).config).toMatchObject({
      openDuration: { duration: 5 },
      halfOpen: { maxConcurrent: 4 },
    })
  })

  test('its options replace those of a registry', async () => {
    const registry = new CircuitBreakerRegistry({ defaults: { openDuration: 5, callTimeout: 6 } })
    const { config } = await breakerOf({ method: 'post' }, { registry, writes: { openDuration: 7 } })
    expect(config).toMatchObject({ openDuration: { duration: 7 }, callTimeout: 6 })
  })

  test('the keys of the `key` option are split as well', async () => {
    expect((await breakerOf({ method: 'post' }, { key: () => 'orders', writes: true })).name).toBe('orders writes')
  })

  test('the key of a request gets no suffix, so that a search by POST can be guarded with the reads', async () => {
    const circuitBreaker = { key: 'http://api.example' }
    expect((await breakerOf({ method: 'post', circuitBreaker }, { writes: true })).name).toBe('http://api.example')
  })
})

test.each([undefined, false])('with writes %s there is one breaker for both', async (writes) => {
  const options = writes === undefined ? {} : { writes }
  expect((await breakerOf({ method: 'post' }, options)).name).toBe('http://api.example')
})
