import { dependency } from '@cb/test-kit'
import axios from 'axios'
import { expect, onTestFinished, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { errorOf } from './protected-client.ts'

/** Until the end of the test every object inherits it. */
function pollute(name: string, value: unknown): void {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true })
  onTestFinished(() => void Reflect.deleteProperty(Object.prototype, name))
}

test.each<[string, unknown]>([
  ['circuitBreaker', false],
  ['fallback', () => 'polluted'],
  ['key', () => 'polluted'],
  ['settleAt', 'never'],
  ['classify', () => 'success'],
  ['shadow', true],
])('a property %s of Object.prototype has no effect', async (name, value) => {
  await using service = await dependency()
  const instance = axios.create({ baseURL: service.origin })
  pollute(name, value)
  const { registry } = protectAxios(instance)
  for (const config of [undefined, { circuitBreaker: {} }]) {
    for (let n = 0; n < 5; n++)
      expect(await errorOf(instance.get('/status/500', config))).toMatchObject({ status: 500 })
  }
  expect(registry.get(service.origin).snapshot()).toMatchObject({ state: 'open', totals: { failure: 10 } })
  expect(await errorOf(instance.get('/'))).toMatchObject({ code: 'ECIRCUITOPEN' })
})
