import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import axios from 'axios'
import { describe, expect, test, vi } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { parseRetryAfter } from '../src/retry-after.ts'
import { dependency } from './dependency.ts'

/** For how long one answer opens a breaker whose own open duration is a second. */
async function openDurationAfter(path: string, validateStatus?: () => boolean): Promise<number> {
  await using service = await dependency()
  const registry = new CircuitBreakerRegistry({
    defaults: { trip: consecutiveFailures(1), openDuration: 1_000, now: fakeClock().now },
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

  test('when the status resolves', async () => {
    expect(await openDurationAfter('/status/503?Retry-After=20', () => true)).toBe(20_000)
  })

  test('when it is a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString()
    const duration = await openDurationAfter(`/status/503?retry-after=${encodeURIComponent(date)}`)
    expect(duration).toBeGreaterThan(20_000)
    expect(duration).toBeLessThanOrEqual(30_000)
  })

  test('when an adapter of the user gives plain headers', async () => {
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), now: fakeClock().now } })
    const instance = axios.create({
      adapter: async (config) => ({
        config,
        data: '',
        status: 503,
        statusText: '',
        headers: { 'Retry-After': '20' },
      }),
    })
    protectAxios(instance, { registry })
    await instance.get('http://api.example/')
    expect(registry.get('http://api.example').snapshot().retryAfterMs).toBe(20_000)
  })

  test.each(['/status/500?retry-after=20', '/status/503?retry-after=soon', '/status/503'])(
    'but not after %s',
    async (path) => {
      expect(await openDurationAfter(path)).toBe(1_000)
    },
  )
})

describe('Retry-After of', () => {
  const now = Date.UTC(2026, 10, 21, 8, 0, 0)

  test.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['Sat, 21 Nov 2026 08:00:30 GMT', 30_000],
    ['Saturday, 21-Nov-26 08:00:30 GMT', 30_000],
    ['Sat Nov 21 08:00:30 2026', 30_000],
    ['172800', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
  ])('%o is honoured', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms)
  })

  test('a date without a zone is in GMT, wherever the client is', () => {
    vi.stubEnv('TZ', 'America/New_York')
    expect(new Date().getTimezoneOffset()).not.toBe(0)
    expect(parseRetryAfter('Sat Nov 21 08:00:30 2026', now)).toBe(30_000)
    vi.unstubAllEnvs()
  })

  test.each([
    '',
    '0',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '9'.repeat(500),
    'tomorrow',
    '2026-11-22',
    'Sat, 21 Nov 2026 07:59:59 GMT',
    'Sat, 99 Nov 2026 08:00:30 GMT',
    undefined,
    null,
    5,
    ['120'],
  ])('%o is ignored', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined()
  })
})
