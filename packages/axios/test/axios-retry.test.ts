import { CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures } from '@cb/core'
import { type Dependency, dependency } from '@cb/test-kit'
import axios, { type AxiosInstance } from 'axios'
import axiosRetry from 'axios-retry'
import { describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'

const protect = (instance: AxiosInstance, registry: CircuitBreakerRegistry) => protectAxios(instance, { registry })
const retry = (instance: AxiosInstance) => axiosRetry(instance, { retries: 3, retryCondition: () => true })

const orders = [
  ['protected first', [protect, retry]],
  ['retried first', [retry, protect]],
] as const

describe.each(orders)('with axios-retry, %s,', (_order, steps) => {
  function client(service: Dependency, registry: CircuitBreakerRegistry): AxiosInstance {
    const instance = axios.create({ baseURL: service.origin })
    for (const step of steps) step(instance, registry)
    return instance
  }

  test('each attempt is one outcome', async () => {
    await using service = await dependency()
    const { registry, outcomes } = recordOutcomes()
    await client(service, registry)
      .get('/status/500')
      .catch(() => undefined)
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failure', 'failure', 'failure', 'failure'])
    expect(service.requests).toBe(4)
  })

  test('each attempt is one outcome for an adapter in the config of the request', async () => {
    await using service = await dependency()
    const { registry, outcomes } = recordOutcomes()
    await client(service, registry)
      .get('/status/500', { adapter: 'fetch' })
      .catch(() => undefined)
    expect(outcomes).toHaveLength(4)
  })

  test('retries end when the circuit opens', async () => {
    await using service = await dependency()
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(2) } })
    const request = client(service, registry).get('/status/500')
    await expect(request).rejects.toBeInstanceOf(CircuitOpenError)
    expect(service.requests).toBe(2)
    expect(registry.get(service.origin).snapshot().totals).toMatchObject({ failure: 2, rejected: 1 })
  })

  test.each(['get', 'post'] as const)('a rejected %s is not retried, whatever its own options', async (method) => {
    await using service = await dependency()
    const registry = new CircuitBreakerRegistry()
    registry.get(service.origin).forceOpen()
    const onMaxRetryTimesExceeded = () => expect.unreachable('it was not retried')
    const options = { 'axios-retry': { retries: 5, onMaxRetryTimesExceeded } }
    const config = method === 'get' ? [options] : [{}, options]
    const request = client(service, registry)[method]('/', ...(config as [object]))
    await expect(request).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(registry.get(service.origin).snapshot().totals.rejected).toBe(1)
    expect(service.connections).toBe(0)
  })
})
