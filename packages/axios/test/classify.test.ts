import { consecutiveFailures, type Outcome } from '@cb/core'
import { dependency } from '@cb/test-kit'
import axios from 'axios'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { protectAxios, type SettledAttempt } from '../src/index.ts'
import { attempt } from './attempt.ts'
import { errorOf } from './protected-client.ts'

afterEach(() => vi.restoreAllMocks())

describe('classify', () => {
  test.each<Outcome>(['success', 'failure', 'ignored'])('decides: %s', async (outcome) => {
    await using service = await dependency()
    const { outcomes } = await attempt(axios.create(), (it) => it.get(service.origin), { classify: () => outcome })
    expect(outcomes.map((event) => event.outcome)).toEqual([outcome])
  })

  test('leaves the outcome to the table if it returns undefined', async () => {
    await using service = await dependency()
    const classify = ({ response }: SettledAttempt) => (response?.status === 404 ? 'failure' : undefined)
    const of = (path: string) => attempt(axios.create(), (it) => it.get(service.origin + path), { classify })
    expect((await of('/status/404')).outcomes[0]).toMatchObject({ outcome: 'failure', error: { code: 'HTTP_404' } })
    expect((await of('/status/500')).outcomes[0]).toMatchObject({ outcome: 'failure' })
    expect((await of('/status/400')).outcomes[0]).toMatchObject({ outcome: 'success' })
  })

  test('makes a failure of an Error that it returns, whose retryAfterMs counts', async () => {
    await using service = await dependency()
    const maintenance = Object.assign(new Error('maintenance'), { retryAfterMs: 60_000 })
    const instance = axios.create({ baseURL: service.origin })
    const { registry } = protectAxios(instance, {
      defaults: { trip: consecutiveFailures(1), now: () => 0 },
      classify: ({ response }) => (response?.headers['x-maintenance'] ? maintenance : undefined),
    })
    const errors: unknown[] = []
    registry.on('outcome', ({ error }) => errors.push(error))
    expect((await instance.get('/status/200?x-maintenance=1')).status).toBe(200)
    expect(errors).toEqual([maintenance])
    expect(await errorOf(instance.get('/'))).toMatchObject({ code: 'ECIRCUITOPEN', retryAfterMs: 60_000 })
  })

  test('receives response, error and config', async () => {
    await using service = await dependency()
    const seen: SettledAttempt[] = []
    const classify = (settled: SettledAttempt) => {
      seen.push(settled)
      return undefined
    }
    const { error } = await attempt(axios.create(), (it) => it.get(`${service.origin}/status/404`), { classify })
    const { response } = await attempt(axios.create(), (it) => it.get(service.origin), { classify })
    expect(seen[0]).toMatchObject({ error, response: error.response, config: { url: `${service.origin}/status/404` } })
    expect(seen[1]?.response).toBe(response)
    expect(seen[1]).not.toHaveProperty('error')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['returns anything else', () => 'fine' as Outcome],
    ['returns a promise that rejects', (async () => Promise.reject(new Error('unheard'))) as never],
  ])('that %s leaves the outcome to the table and is logged once', async (_what, classify) => {
    const console_ = vi.spyOn(console, 'error').mockImplementation(() => {})
    await using service = await dependency()
    const instance = axios.create()
    for (let n = 0; n < 2; n++) {
      const { outcomes, response } = await attempt(instance, (it) => it.get(service.origin), { classify })
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success'])
      expect(response?.data).toBe('hello')
    }
    expect(console_).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('@cb/axios: the `classify` function'))
  })
})
