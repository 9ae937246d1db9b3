import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { consecutiveFailures, slowCallRate } from '@cb/core'
import { listen } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { type ProtectFetchOptions, protectFetch } from '../src/index.ts'
import { errorOf, turn } from './attempt.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** In bytes, after a full garbage collection. */
async function heap(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    await turn()
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** The memory that each call keeps, in bytes; measured after a quarter of the calls as a warm-up. */
async function keptPerCall(calls: number, call: (n: number) => unknown): Promise<number> {
  const run = async (count: number) => {
    for (let n = 0; n < count; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => call(n + at)))
      await turn()
    }
  }
  await run(calls / 4)
  const before = await heap()
  await run(calls)
  return ((await heap()) - before) / calls
}

const { signal } = new AbortController()

/** What callers do with a response instead of reading it. */
const neglect: readonly ((response: Response) => unknown)[] = [
  () => {},
  (response) => response.clone(),
  ({ body }) => body?.cancel(),
  ({ body }) => body?.getReader(),
  ({ body }) => void body?.getReader().read(),
  ({ body }) => body?.tee(),
]

test.each<[string, number, ProtectFetchOptions]>([
  ['default options', 100_000, {}],
  ['a policy that tracks every call', 10_000, { defaults: { trip: slowCallRate({ slowAfter: 60_000 }) } }],
  ['a call timeout', 10_000, { defaults: { callTimeout: 20, trip: consecutiveFailures(1e6) } }],
  ['a call timeout that is cleared', 10_000, { defaults: { callTimeout: 60_000 }, settleAt: 'headers' }],
])(
  'calls whose bodies are neglected keep no memory, with %s: %i calls',
  { timeout: 240_000 },
  async (_what, calls, options) => {
    const bare: typeof globalThis.fetch = async () => new Response('hello')
    const fetch = protectFetch(bare, options)
    const kept = await keptPerCall(calls, async (n) => {
      neglect[n % neglect.length]?.(await fetch('http://api.example/', { signal }))
    })
    expect(kept).toBeLessThan(150)
    expect(getEventListeners(signal, 'abort').length).toBeLessThan(1_000)
  },
)

test('calls over real sockets that are aborted or never read keep no memory and no listener', {
  timeout: 120_000,
}, async () => {
  const service = await listen((request, response) => {
    if (request.url === '/part') response.write('part')
  })
  const fetch = protectFetch({ defaults: { callTimeout: 60_000 } })
  const inputs: WeakRef<URL>[] = []
  const call = async (n: number) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 10)
    const input = new URL(n % 2 ? '/part' : '/hang', service.origin)
    inputs.push(new WeakRef(input))
    const answer = fetch(input, { signal: controller.signal })
    await errorOf(n % 4 === 1 ? answer : answer.then((response) => response.text()))
  }
  for (let n = 0; n < 2_000; n += 100) await Promise.all(Array.from({ length: 100 }, (_, at) => call(n + at)))
  await heap()
  await service.close()
  expect(inputs.filter((input) => input.deref() !== undefined).length).toBeLessThan(200)
})

test.each<[string, ProtectFetchOptions]>([
  ['by origin', {}],
  ['by a key function', { key: ({ input }) => String(input).slice(7, 30) }],
])('200 breakers %s keep nothing of their URLs of a megabyte', async (_what, options) => {
  const plain: typeof globalThis.fetch = async () => new Response('hello')
  const fetch = protectFetch(plain, options)
  const call = (n: number) => fetch(`http://tenant-number-${1_000 + n}.example/${'x'.repeat(1e6)}`)
  await call(0)
  const before = await heap()
  for (let n = 1; n <= 200; n++) await call(n)
  expect((await heap()) - before).toBeLessThan(20e6)
  expect(fetch.registry.size).toBe(201)
})
