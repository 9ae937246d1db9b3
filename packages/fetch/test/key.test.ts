import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { CircuitBreakerRegistry } from '@cb/core'
import { dependency } from '@cb/test-kit'
import { Agent, Request as UndiciRequest, fetch as undiciFetch } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type FetchRequest, type ProtectFetchOptions, protectFetch } from '../src/index.ts'
import { errorOf } from './attempt.ts'

afterEach(() => vi.unstubAllGlobals())

const hello: typeof globalThis.fetch = async () => new Response('hello')

/** The names of the breakers after one request of a fetch that opens no socket. */
async function keysOf(input: unknown, init?: RequestInit, options?: ProtectFetchOptions): Promise<string[]> {
  const fetch = protectFetch(hello, options)
  await fetch(input as string, init)
  return Array.from(fetch.registry, ({ name }) => name)
}

describe('the key of', () => {
  test.each<[string, unknown, string]>([
    ['a URL', 'https://api.example/users?id=7#x', 'https://api.example'],
    ['a URL with a port', 'http://api.example:8080/', 'http://api.example:8080'],
    ['a URL with the usual port', 'https://api.example:443/', 'https://api.example'],
    ['a URL in capitals', 'HTTP://API.Example/', 'http://api.example'],
    ['a URL object', new URL('https://api.example/a'), 'https://api.example'],
    ['a Request', new Request('https://api.example/a'), 'https://api.example'],
    ['a Request of undici', new UndiciRequest('https://api.example/a'), 'https://api.example'],
    ['IPv6', 'http://[::1]:3000/', 'http://[::1]:3000'],
    ['a host in another script', 'http://müller.example/', 'http://xn--mller-kva.example'],
    ['a data URL', 'data:text/plain,hello', 'data:'],
    ['a relative URL', '/users', 'relative'],
    ['a relative URL with dots', '../users', 'relative'],
    ['a protocol-relative URL', '//api.example/users', 'relative'],
    ['an invalid URL', 'http://[', 'relative'],
    ['a very long URL', `http://${'a'.repeat(5_000)}/`, `http://${'a'.repeat(249)}`],
  ])('%s', async (_what, input, key) => {
    expect(await keysOf(input)).toEqual([key])
  })

  test('a relative URL in a browser is the origin of the URL resolved against the page', async () => {
    vi.stubGlobal('location', { href: 'https://shop.example/basket/' })
    expect(await keysOf('../users')).toEqual(['https://shop.example'])
    expect(await keysOf('//api.example/users')).toEqual(['https://api.example'])
    expect(await keysOf('https://api.example/users')).toEqual(['https://api.example'])
  })

  test('a URL with credentials contains none of them, nor do events, snapshots and logs', async () => {
    const output: unknown[] = []
    vi.spyOn(console, 'error').mockImplementation((...words) => output.push(...words))
    const registry = new CircuitBreakerRegistry()
    for (const event of ['created', 'outcome', 'rejection', 'transition'] as const) {
      registry.on(event, (it) =>
        output.push(event === 'created' ? registry.snapshot() : { ...it, breaker: registry.snapshot() }),
      )
    }
    // Accepts URLs that the real one rejects.
    const lax: typeof globalThis.fetch = async () => new Response('', { status: 503 })
    const fetch = protectFetch(lax, {
      registry,
      classify: () => {
        throw new Error('of the user')
      },
    })
    for (let n = 0; n < 11; n++) output.push(await fetch('http://me:secret@api.example/?token=secret').catch(String))
    expect(await errorOf(fetch('http://me:secret@api.example/'))).toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(registry.get('http://api.example').state).toBe('open')
    for (const url of ['http://me:secret@api.example/', 'http://me:secret@[']) {
      await errorOf(protectFetch(globalThis.fetch, { registry, key: () => 'other' })(url))
    }
    expect(registry.get('other').snapshot().totals.ignored).toBe(2)
    expect(inspect(output, { depth: 9 })).toContain('api.example')
    expect(inspect(output, { depth: 9 })).not.toContain('secret')
    vi.restoreAllMocks()
  })
})

describe('a key function', () => {
  test('receives URL, method, input and init', async () => {
    const seen: FetchRequest[] = []
    const key = (request: FetchRequest) => `it ${seen.push(request)}`
    const init = { method: 'post', body: 'x' }
    const request = new Request('http://api.example/b', { method: 'PATCH' })
    expect(await keysOf('http://api.example/a', init, { key })).toEqual(['it 1'])
    await keysOf(request, undefined, { key })
    await keysOf('/relative/path', undefined, { key })
    expect(seen[0]).toMatchObject({ method: 'POST', input: 'http://api.example/a', init })
    expect(seen[0]?.url).toBeInstanceOf(URL)
    expect(seen[1]).toMatchObject({ method: 'PATCH', input: request })
    expect(seen[2]?.url.pathname).toBe('/relative/path')
  })

  test.each<[string, () => unknown, string]>([
    ['returns nothing', () => undefined, 'key must return a string of 1 to 256 characters, got undefined'],
    ['returns an empty string', () => '', 'got an empty string'],
    ['returns a megabyte', () => 'k'.repeat(1e6), 'got 1000000 characters'],
    ['returns an object', () => ({ secret: 1 }), 'got an object'],
    [
      'throws',
      () => {
        throw new Error('no tenant')
      },
      'no tenant',
    ],
  ])('that %s makes the request reject, and nothing is sent or counted', async (_what, key, message) => {
    const bare = vi.fn(hello)
    const fetch = protectFetch(bare, { key: key as () => string })
    expect((await errorOf(fetch('http://api.example/'))).message).toContain(message)
    expect(bare).not.toHaveBeenCalled()
    expect(fetch.registry.size).toBe(0)
  })
})

describe('writes', () => {
  test.each([
    ['GET', ''],
    ['get', ''],
    ['HEAD', ''],
    ['OPTIONS', ''],
    ['POST', ' writes'],
    ['put', ' writes'],
    ['PATCH', ' writes'],
    ['DELETE', ' writes'],
  ])('%s is guarded by the breaker of the origin%s', async (method, suffix) => {
    expect(await keysOf('http://api.example/', { method }, { writes: true })).toEqual([`http://api.example${suffix}`])
    const request = new Request('http://api.example/', { method })
    expect(await keysOf(request, undefined, { writes: true })).toEqual([`http://api.example${suffix}`])
    expect(await keysOf('http://api.example/', { method })).toEqual(['http://api.example'])
  })

  test('may have separate options', async () => {
    const fetch = protectFetch(hello, { defaults: { openDuration: 1_000 }, writes: { openDuration: 9_000 } })
    await fetch('http://api.example/')
    await fetch('http://api.example/', { method: 'POST' })
    const durationOf = (name: string) => fetch.registry.get(name).snapshot().config['openDuration']
    expect(durationOf('http://api.example')).toMatchObject({ duration: 1_000 })
    expect(durationOf('http://api.example writes')).toMatchObject({ duration: 9_000 })
  })
})

test('a unix socket of undici can be given a key of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cb-fetch-'))
  const socketPath = join(folder, 'socket')
  const server = createServer((_request, response) => response.end('from the socket'))
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  await using _other = await dependency()
  const dispatcher = new Agent({ connect: { socketPath } })
  const fetch = protectFetch(undiciFetch, {
    key: ({ init, url }) => (init && 'dispatcher' in init ? 'docker' : url.origin),
  })
  expect(await (await fetch('http://localhost/', { dispatcher })).text()).toBe('from the socket')
  expect(Array.from(fetch.registry, ({ name }) => name)).toEqual(['docker'])
  await dispatcher.close()
  server.close()
  await rm(folder, { recursive: true })
})
