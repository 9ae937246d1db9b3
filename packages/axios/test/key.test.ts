import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dependency } from '@cb/test-kit'
import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios'
import { afterEach, expect, test, vi } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { originKey } from '../src/key.ts'

afterEach(() => vi.unstubAllGlobals())

/** The names of the breakers after one request, through an adapter that opens no socket. */
async function keysOf(config: AxiosRequestConfig, options: ProtectAxiosOptions = {}): Promise<string[]> {
  const instance = axios.create({
    adapter: async (seen) => ({ data: '', status: 200, statusText: 'OK', headers: {}, config: seen }),
  })
  const { registry } = protectAxios(instance, options)
  await instance.request(config)
  return Array.from(registry, ({ name }) => name)
}

test.each<[string, AxiosRequestConfig, string]>([
  ['its origin', { url: 'https://api.example/users/7?token=secret#top' }, 'https://api.example'],
  ['with its port, if that is not the default port', { url: 'http://api.example:8080/' }, 'http://api.example:8080'],
  ['without the default port', { url: 'https://api.example:443/' }, 'https://api.example'],
  ['without credentials', { url: 'https://me:secret@api.example/' }, 'https://api.example'],
  ['in lower case', { url: 'HTTPS://API.Example/' }, 'https://api.example'],
  ['an IPv6 address in brackets', { url: 'http://[::1]:3000/x' }, 'http://[::1]:3000'],
  ["the baseURL's origin", { baseURL: 'https://api.example/v1', url: '/users' }, 'https://api.example'],
  [
    "an absolute URL's origin, not the baseURL's",
    { baseURL: 'https://api.example', url: 'https://b.example/' },
    'https://b.example',
  ],
  [
    "the baseURL's origin if absolute URLs are not allowed",
    { baseURL: 'https://api.example', url: 'https://b.example/', allowAbsoluteUrls: false },
    'https://api.example',
  ],
  [
    'the same for every path with a baseURL',
    { baseURL: 'https://api.example:8443/v1?a=1', url: 'users/7:8' },
    'https://api.example:8443',
  ],
  ["the baseURL's origin without a url", { baseURL: 'https://me:secret@api.example' }, 'https://api.example'],
  [
    "the baseURL's origin with a relative URL that looks absolute",
    { baseURL: 'https://api.example', url: 'users:7' },
    'https://api.example',
  ],
  [
    "a protocol-relative URL's host, not the baseURL's",
    { baseURL: 'https://api.example', url: '//b.example/x' },
    '//b.example',
  ],
  [
    "the baseURL's origin with a protocol-relative URL, if absolute URLs are not allowed",
    { baseURL: 'https://api.example', url: '//b.example/x', allowAbsoluteUrls: false },
    'https://api.example',
  ],
  ['the origin of a URL object', { url: new URL('https://api.example/x') as never }, 'https://api.example'],
  ['the same with any params', { url: 'https://api.example/', params: { id: 7 } }, 'https://api.example'],
  [
    'the path of a unix socket',
    { socketPath: '/run/docker.sock', url: 'http://localhost/v1' },
    'unix:/run/docker.sock',
  ],
  ['the host of a protocol-relative URL', { url: '//me:secret@api.example/x' }, '//api.example'],
  ['`relative` for a relative URL without a base', { url: '/users' }, 'relative'],
  ['`relative` for an invalid URL', { url: 'http://[' }, 'relative'],
  ['the scheme of a URL without an origin', { url: 'data:text/plain,hello' }, 'data:'],
  ['at most 256 characters', { url: `http://${'a'.repeat(300)}` }, `http://${'a'.repeat(249)}`],
])('the key of a request is %s', async (_what, config, key) => {
  expect(await keysOf(config)).toEqual([key])
})

test('the keys of more base URLs than the cache holds are correct, and so are those of long ones', async () => {
  for (let n = 0; n < 2_100; n++) {
    const config = { baseURL: `http://host-${n % 1_050}.example/v1`, url: `/${n}` }
    expect(originKey(config as InternalAxiosRequestConfig)).toBe(`http://host-${n % 1_050}.example`)
  }
  const baseURL = `http://api.example/${'x'.repeat(500)}`
  expect(originKey({ baseURL, url: '/' } as InternalAxiosRequestConfig)).toBe('http://api.example')
})

test('the key of a relative base follows the page', async () => {
  for (const page of ['https://shop.example/', 'https://other.example/', undefined]) {
    if (page === undefined) vi.unstubAllGlobals()
    else vi.stubGlobal('location', { href: page })
    expect(await keysOf({ baseURL: '/api', url: '/x' })).toEqual([page?.slice(0, -1) ?? 'relative'])
  }
})

test.each([
  ['/users', 'https://shop.example'],
  ['//api.example/x', 'https://api.example'],
])('in a browser, the key of %s is %s', async (url, key) => {
  vi.stubGlobal('location', { href: 'https://shop.example/cart?id=1' })
  expect(await keysOf({ url })).toEqual([key])
})

test('a request through a unix socket is guarded by the path of the socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cb-axios-'))
  const socketPath = join(folder, 'socket')
  const server = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const instance = axios.create({ socketPath })
  const { registry } = protectAxios(instance)
  expect((await instance.get('http://localhost/')).data).toBe('hello')
  expect(registry.get(`unix:${socketPath}`).snapshot().totals.success).toBe(1)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

test('the `key` option names the breaker', async () => {
  const key = ({ method, url }: AxiosRequestConfig) => `${method} ${url}`
  expect(await keysOf({ url: 'http://api.example/' }, { key })).toEqual(['get http://api.example/'])
})

test('the key of a request replaces the one of the `key` option', async () => {
  const circuitBreaker = { key: 'reports' }
  expect(await keysOf({ url: 'http://api.example/', circuitBreaker }, { key: () => 'other' })).toEqual(['reports'])
})

test.each([
  [42, TypeError, 'key must return a string of 1 to 256 characters, got a number'],
  [undefined, TypeError, 'key must return a string of 1 to 256 characters, got undefined'],
  [Promise.resolve('x'), TypeError, 'key must return a string of 1 to 256 characters, got a promise'],
  ['', TypeError, 'key must return a string of 1 to 256 characters, got an empty string'],
  ['k'.repeat(257), RangeError, 'key must return a string of 1 to 256 characters, got 257 characters'],
])('a request whose key is %s rejects, sends nothing and counts nothing', async (value, type, message) => {
  await using service = await dependency()
  const instance = axios.create()
  const { registry } = protectAxios(instance, { key: () => value as string })
  const error = await instance.get(service.origin).catch((reason) => reason)
  expect(error).toBeInstanceOf(type)
  expect(error.message).toBe(message)
  expect(registry.size + service.requests).toBe(0)
})

test('a request whose key function is asynchronous rejects, and causes no unhandled rejection', async () => {
  const key = (async () => Promise.reject(new Error('unheard'))) as never
  await expect(keysOf({ url: 'http://api.example/' }, { key })).rejects.toThrow('key must return a string')
})

test('a request whose key function throws rejects with that error', async () => {
  const problem = new Error('no tenant')
  const key = () => {
    throw problem
  }
  await expect(keysOf({ url: 'http://api.example/' }, { key })).rejects.toBe(problem)
})
