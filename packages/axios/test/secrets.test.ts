import { inspect } from 'node:util'
import {
  CircuitBreakerRegistry,
  type CircuitOpenError,
  consecutiveFailures,
  type OutcomeEvent,
  type RejectionEvent,
  type Transition,
} from '@cb/core'
import { dependency } from '@cb/test-kit'
import axios, { type AxiosRequestConfig } from 'axios'
import { afterEach, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { errorOf } from './protected-client.ts'

afterEach(() => vi.restoreAllMocks())

/** Everything that a request can carry. */
const carrying = (origin: string): AxiosRequestConfig => ({
  url: `${origin.replace('//', '//sesame:sesame@')}/status/503?token=sesame#sesame`,
  params: { sesame: 'sesame' },
  headers: { authorization: 'Bearer sesame', cookie: 'sesame' },
  auth: { username: 'sesame', password: 'sesame' },
  data: { sesame: 'sesame' },
})

/** All that comes out of a protection while a service fails, as somebody could print it. */
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
  // The error in an event is that of axios, or has it as its cause: with the whole request in it, as it always had.
  const ours = (event: Transition | OutcomeEvent | RejectionEvent) => {
    const told = 'error' in event ? event.error : undefined
    const { cause: _, ...error } = (told ?? {}) as Error
    out.push({ ...event, error: axios.isAxiosError(told) ? undefined : error }, String(told))
  }
  registry.on('transition', ours)
  registry.on('outcome', ours)
  registry.on('rejection', ours)
  registry.on('created', (breaker) => out.push(breaker.name))
  const instance = axios.create()
  protectAxios(instance, { registry, ...options })
  const requests = [1, 2, 3].map(async () => instance.request(config(service.origin)).catch((error) => error))
  for (const request of requests) {
    const error = await request
    out.push(axios.isAxiosError(error) ? error.message : error)
  }
  out.push(await errorOf(instance.request(config(service.origin))))
  out.push(registry.snapshot(), JSON.stringify([...registry]))
  return out
    .map((thing) => `${inspect(thing, { depth: 10 })} ${JSON.stringify(thing)} ${(thing as Error)?.stack}`)
    .join('\n')
}

test('nothing that a request carries comes out in a name, an event, a snapshot, an error or a log', async () => {
  const text = await printed(carrying)
  expect(text).toContain('CircuitOpenError')
  expect(text).toContain('HTTP_503')
  expect(text).not.toContain('sesame')
})

test.each<[string, ProtectAxiosOptions, RegExp]>([
  ['a key that is too long', { key: () => 'sesame'.repeat(100) }, /got 600 characters/],
  ['a key that is none', { key: () => ({ sesame: 'sesame' }) as never }, /got an object/],
  ['overrides that are none', { overrides: () => 'sesame' as never }, /got a string/],
  ['a classify that answers nonsense', { classify: () => 'sesame' as never }, /classify/],
  [
    'a classify that throws the error of axios',
    {
      classify: ({ error }) => {
        throw error
      },
    },
    /classify/,
  ],
])('nothing comes out with %s', async (_what, options, said) => {
  const text = await printed(carrying, options)
  expect(text).toMatch(said)
  expect(text.replaceAll(/at .*secrets\.test\.ts.*/g, '')).not.toContain('sesame')
})

test.each([
  ['a protocol-relative URL', { url: '//sesame:sesame@api.example/' }],
  ['a scheme without an origin', { url: 'ftp2://sesame:sesame@api.example/' }],
  ['no URL', { url: 'http://sesame:sesame@[/' }],
  [
    'a proxy',
    {
      url: 'http://127.0.0.1:9',
      proxy: { host: '127.0.0.1', port: 9, auth: { username: 'sesame', password: 'sesame' } },
    },
  ],
])('nothing comes out of %s', async (_what, config) => {
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
