import { type CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Dependency, dependency, type FakeClock, fakeClock } from '@cb/test-kit'
import type { AxiosInstance, AxiosResponse, AxiosStatic } from 'axios'
import { expect } from 'vitest'
import { type AxiosProtection, protectAxios } from '../src/index.ts'

/** A protected client and its service; the breaker opens at the second failure in a row, for a second. */
export interface ProtectedClient extends AsyncDisposable {
  readonly service: Dependency
  readonly client: AxiosInstance
  readonly clock: FakeClock
  readonly protection: AxiosProtection
  readonly breaker: CircuitBreaker
  open(): Promise<void>
}

export async function protectedClient(axios: AxiosStatic): Promise<ProtectedClient> {
  const service = await dependency()
  const clock = fakeClock()
  const client = axios.create({ baseURL: service.origin, timeout: 10_000 })
  const protection = protectAxios(client, {
    defaults: { trip: consecutiveFailures(2), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now: clock.now },
  })
  const breaker = protection.registry.get(service.origin)
  return {
    service,
    client,
    clock,
    protection,
    breaker,
    async open() {
      await errorOf(client.get('/status/500'))
      await errorOf(client.get('/status/500'))
      expect(breaker.state).toBe('open')
    },
    [Symbol.asyncDispose]: () => service.close(),
  }
}

/** The error of a rejected request. */
// biome-ignore lint/suspicious/noExplicitAny: anything can be thrown
export function errorOf(request: Promise<AxiosResponse>): Promise<any> {
  return request.then(
    ({ status }) => expect.unreachable(`answered ${status}`),
    (error) => error,
  )
}
