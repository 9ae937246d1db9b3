import axios from 'axios'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { errorOf } from './protected-client.ts'

const instance = axios.create({ baseURL: 'http://api.example' })
const { registry } = protectAxios(instance)

beforeEach(() => {
  nock.disableNetConnect()
  registry.resetAll()
})
afterEach(() => {
  nock.cleanAll()
  nock.enableNetConnect()
})

describe.each(['http', 'fetch'])('with nock and the %s adapter', (adapter) => {
  test('requests whose fake is forgotten do not open the breaker', async () => {
    const { ignored, failure } = registry.get('http://api.example').snapshot().totals
    nock('http://api.example').get('/users').reply(200, 'fake')
    for (let n = 0; n < 12; n++) expect(await errorOf(instance.get('/x', { adapter }))).not.toHaveProperty('breaker')
    expect((await instance.get('/users', { adapter })).data).toBe('fake')
    expect(registry.get('http://api.example').snapshot().totals).toMatchObject({ ignored: ignored + 12, failure })
  })

  test.each([1, 2])('registry.resetAll() in beforeEach leaves nothing of the test before: %i', async () => {
    nock('http://api.example').get('/users').times(11).reply(503)
    for (let n = 0; n < 10; n++)
      expect(await errorOf(instance.get('/users', { adapter }))).toMatchObject({ status: 503 })
    expect(await errorOf(instance.get('/users', { adapter }))).toMatchObject({ code: 'ECIRCUITOPEN' })
  })
})
