import { CircuitBreakerRegistry, consecutiveFailures, exponentialBackoff, type OpenDuration } from '@cb/core'
import { dependency, fakeClock } from '@cb/test-kit'
import axios from 'axios'
import { describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'

/** The open duration after one response, of a breaker whose own open duration is a second. */
async function openDurationAfter(
  path: string,
  validateStatus?: () => boolean,
  openDuration: OpenDuration | number = 1_000,
): Promise<number> {
  await using service = await dependency()
  const registry = new CircuitBreakerRegistry({
    defaults: { trip: consecutiveFailures(1), openDuration, now: fakeClock().now },
  })
  const instance = axios.create({ baseURL: service.origin })
  protectAxios(instance, { registry })
  await instance.get(path, validateStatus ? { validateStatus } : {}).catch(() => undefined)
  return registry.get(service.origin).snapshot().retryAfterMs ?? Number.NaN
}

describe('Retry-After lengthens the open duration', () => {
  test.each([503, 429])('when status %i rejects', async (status) => {
    expect(await openDurationAfter(`/status/${status}?retry-after=20`)).toBe(20_000)
  })

  test.each(['ratelimit-reset=20', 'x-ratelimit-reset=20', `ratelimit=${encodeURIComponent('"default";r=0;t=20')}`])(
    'when the header is %s',
    async (header) => {
      expect(await openDurationAfter(`/status/429?${header}`)).toBe(20_000)
    },
  )

  test('when the status resolves', async () => {
    expect(await openDurationAfter('/status/503?Retry-After=20', () => true)).toBe(20_000)
  })

  test('when it is a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString()
    const duration = await openDurationAfter(`/status/503?retry-after=${encodeURIComponent(date)}`)
    expect(duration).toBeGreaterThan(20_000)
    expect(duration).toBeLessThanOrEqual(30_000)
  })

  test.each([
    ['five minutes by default', undefined, 300_000],
    ['more than a day, if maxRetryAfter allows it', exponentialBackoff({ maxRetryAfter: 604_800_000 }), 172_800_000],
  ])('up to %s', async (_what, openDuration, expected) => {
    expect(await openDurationAfter('/status/503?retry-after=172800', undefined, openDuration)).toBe(expected)
  })

  test("when a user's own adapter has plain headers", async () => {
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), now: fakeClock().now } })
    const instance = axios.create({
      adapter: async (config) => ({
        config,
        data: '',
        status: 503,
        statusText: '',
        headers: { 'Retry-After': '10' },
      }),
    })
    protectAxios(instance, { registry })
    await instance.get('http://api.example/')
    expect(registry.get('http://api.example').snapshot().retryAfterMs).toBe(10_000)
  })

  test.each(['/status/500?retry-after=20', '/status/503?retry-after=soon', '/status/503'])(
    'except after %s',
    async (path) => {
      expect(await openDurationAfter(path)).toBe(1_000)
    },
  )
})
