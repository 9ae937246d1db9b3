import nock from 'nock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { errorOf } from './attempt.ts'

const fetch = protectFetch()

beforeEach(() => {
  nock.disableNetConnect()
  fetch.registry.resetAll()
})
afterEach(() => {
  nock.cleanAll()
  nock.enableNetConnect()
})

test('requests whose fake of nock is forgotten do not open the breaker', async () => {
  nock('http://api.example').get('/users').reply(200, 'fake')
  for (let n = 0; n < 12; n++)
    expect(await errorOf(fetch('http://api.example/x'))).not.toHaveProperty('code', 'ECIRCUITOPEN')
  expect(await (await fetch('http://api.example/users')).text()).toBe('fake')
  expect(fetch.registry.get('http://api.example').snapshot().totals).toMatchObject({ ignored: 12, failure: 0 })
})

test.each([1, 2])('registry.resetAll() in beforeEach leaves nothing of the test before: %i', async () => {
  nock('http://api.example').get('/users').times(11).reply(503)
  for (let n = 0; n < 10; n++) expect((await fetch('http://api.example/users')).status).toBe(503)
  expect(await errorOf(fetch('http://api.example/users'))).toMatchObject({ code: 'ECIRCUITOPEN' })
})
