import { inspect } from 'node:util'
import {
  CircuitBreakerRegistry,
  type CircuitOpenError,
  consecutiveFailures,
  type OutcomeEvent,
  type RejectionEvent,
  saveState,
  type Transition,
} from '@cb/core'
import { dependency } from '@cb/test-kit'
import axios, { type AxiosRequestConfig } from 'axios'
import { afterEach, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { errorOf } from './protected-client.ts'

afterEach(() => vi.restoreAllMocks())

/** A request with a secret in each of its parts. */
const carrying = (origin: string): AxiosRequestConfig => ({
  url: `${origin.replace('//', '//sesame:sesame@')}/status/503?token=sesame#sesame`,
  params: { sesame: 'sesame' },
  headers: { authorization: 'Bearer sesame', cookie: 'sesame' },
  auth: { username: 'sesame', password: 'sesame' },
  data: { sesame: 'sesame' },
})

/** Everything that a protection outputs while a service fails, as text. */
async function printed(
  config: (origin: string) => AxiosRequestConfig,
  options: ProtectAxiosOptions = {},
): Promise<string> {
  await using service = await dependency()
  const out: unknown[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...all) => void out.push(...all))
  }
  const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(2), openDuration: 60_000 } })
  // Without errors of axios, in an event or as a cause: they contain the whole request by design.
  const record = (event: Transition | OutcomeEvent | RejectionEvent) => {
    const error = 'error' in event ? event.error : undefined
    const { cause: _, ...properties } = (error ?? {}) as Error
    out.push({ ...event, error: axios.isAxiosError(error) ? undefined : properties }, String(error))
  }
  registry.on('transition', record)
  registry.on('outcome', record)
  registry.on('rejection', record)
  registry.on('created', (breaker) => out.push(breaker.name))
  const instance = axios.create()
  protectAxios(instance, { registry, ...options })
  const requests = [1, 2, 3].map(async () => instance.request(config(service.origin)).catch((error) => error))
  for (const request of requests) {
    const error = await request
    out.push(axios.isAxiosError(error) ? error.message : error)
  }
  out.push(await errorOf(instance.request(config(service.origin))))
  out.push(registry.snapshot(), [...registry].map(saveState))
  return out
    .map((thing) => `${inspect(thing, { depth: 10 })} ${JSON.stringify(thing)} ${(thing as Error)?.stack}`)
    .join('\n')
}

test('no part of a request appears in a name, an event, a snapshot, a saved state, an error or a log', async () => {
  const text = await printed(carrying)
  expect(text).toContain('CircuitOpenError')
  expect(text).toContain('HTTP_503')
  expect(text).not.toContain('sesame')
})

test.each<[string, ProtectAxiosOptions, RegExp]>([
  ['a key that is too long', { key: () => 'sesame'.repeat(100) }, /got 600 characters/],
  ['a key that is not a string', { key: () => ({ sesame: 'sesame' }) as never }, /got an object/],
  ['overrides that return a string', { overrides: () => 'sesame' as never }, /got a string/],
  ['a classify that returns an invalid outcome', { classify: () => 'sesame' as never }, /classify/],
  [
    'a classify that throws the error of axios',
    {
      classify: ({ error }) => {
        throw error
      },
    },
    /classify/,
  ],
])('no part of a request appears in the output with %s', async (_what, options, expected) => {
  const text = await printed(carrying, options)
  expect(text).toMatch(expected)
  expect(text.replaceAll(/at .*secrets\.test\.ts.*/g, '')).not.toContain('sesame')
})

test.each([
  ['a protocol-relative URL', { url: '//sesame:sesame@api.example/' }],
  ['a scheme without an origin', { url: 'ftp2://sesame:sesame@api.example/' }],
  ['an invalid URL', { url: 'http://sesame:sesame@[/' }],
  [
    'a proxy',
    {
      url: 'http://127.0.0.1:9',
      proxy: { host: '127.0.0.1', port: 9, auth: { username: 'sesame', password: 'sesame' } },
    },
  ],
])('no secret of %s appears in the output', async (_what, config) => {
  await using service = await dependency()
  const registry = new CircuitBreakerRegistry()
  const instance = axios.create({ baseURL: service.origin, adapter: () => Promise.reject(new Error('down')) })
  protectAxios(instance, { registry })
  await errorOf(instance.request(config))
  for (const breaker of registry) breaker.forceOpen()
  const error: CircuitOpenError = await errorOf(instance.request(config))
  expect(error.code).toBe('ECIRCUITOPEN')
  expect(`${inspect(error)} ${inspect(registry.snapshot())}`).not.toContain('sesame')
})
