import { type Dependency, dependency } from '@cb/test-kit'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { breakerInterceptor } from '../src/undici.ts'
import { errorOf } from './attempt.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
afterEach(() => service.close())

/** Until the end of the test every object inherits it. */
function pollute(name: string, value: unknown): void {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true })
  onTestFinished(() => void Reflect.deleteProperty(Object.prototype, name))
}

describe.each<[string, unknown]>([
  ['circuitBreaker', false],
  ['fallback', () => new Response('polluted')],
  ['key', () => 'polluted'],
  ['settleAt', 'never'],
  ['classify', () => 'success'],
  ['shadow', true],
])('a property %s of Object.prototype', (name, value) => {
  test('has no effect on a protected fetch', async () => {
    const fetch = protectFetch()
    pollute(name, value)
    for (const init of [undefined, {}, { method: 'GET' }]) await fetch(`${service.origin}/status/500`, init)
    const later = protectFetch()
    for (let n = 0; n < 10; n++) await later(`${service.origin}/status/500`, { circuitBreaker: {} })
    expect(fetch.registry.get(service.origin).snapshot().totals.failure).toBe(3)
    expect(await errorOf(later(service.origin))).toMatchObject({ code: 'ECIRCUITOPEN' })
  })

  test('has no effect on breakers with options of their own', async () => {
    pollute(name, value)
    const fetch = protectFetch({
      defaults: {},
      writes: { openDuration: 60_000 },
      overrides: () => ({ openDuration: 30_000 }),
    })
    for (const method of ['GET', 'POST']) {
      for (let n = 0; n < 10; n++) await fetch(`${service.origin}/status/500`, { method })
      expect(await errorOf(fetch(service.origin, { method }))).toMatchObject({ code: 'ECIRCUITOPEN' })
    }
  })

  test('has no effect on the interceptor', async () => {
    pollute(name, value)
    const guard = breakerInterceptor()
    const agent = new Agent()
    onTestFinished(() => agent.destroy())
    const dispatcher = agent.compose(guard)
    for (let n = 0; n < 10; n++)
      await request(`${service.origin}/status/500`, { dispatcher }).then(({ body }) => body.dump())
    expect(await errorOf(request(service.origin, { dispatcher }))).toMatchObject({ code: 'ECIRCUITOPEN' })
  })
})
