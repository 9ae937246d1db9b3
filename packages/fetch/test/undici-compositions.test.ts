import { gzipSync } from 'node:zlib'
import { type Listening, listen } from '@cb/test-kit'
import { Agent, type Dispatcher, interceptors, request, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { breakerInterceptor } from '../src/undici.ts'

let service: Listening
let sent: string[] = []
beforeAll(async () => {
  service = await listen((incoming, response) => {
    sent.push(`${incoming.method} ${incoming.url}`)
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost')
    if (pathname === '/cached') response.setHeader('cache-control', 'max-age=60')
    if (pathname === '/elsewhere') return void response.writeHead(302, { location: '/end' }).end()
    if (pathname === '/gzip') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello'))
    if (pathname === '/twice' && sent.length === 1) return void response.writeHead(503).end('again')
    if (pathname === '/reset') return void response.socket?.resetAndDestroy()
    incoming.pipe(response.writeHead(pathname === '/missing' ? 404 : 200))
    if (incoming.method === 'GET') response.write('hello')
  })
})
afterAll(() => service.close())

type Compose = Parameters<Agent['compose']>[0] & Dispatcher.DispatcherComposeInterceptor

const others: Record<string, () => Compose> = {
  retry: () => interceptors.retry({ maxRetries: 2, minTimeout: 1, maxTimeout: 1 }),
  redirect: () => interceptors.redirect({ maxRedirections: 3 }),
  responseError: () => interceptors.responseError(),
  dump: () => interceptors.dump({ maxSize: 1_000 }),
  dns: () => interceptors.dns(),
  cache: () => interceptors.cache(),
  deduplicate: () => interceptors.deduplicate(),
  decompress: () => interceptors.decompress(),
}

const calls: Record<string, (origin: string, dispatcher: Dispatcher) => Promise<unknown>> = {
  'a request': (origin, dispatcher) => described(request(`${origin}/`, { dispatcher })),
  'a request with a body': (origin, dispatcher) =>
    described(request(`${origin}/`, { dispatcher, method: 'POST', body: 'a body' })),
  'a status of the client': (origin, dispatcher) => described(request(`${origin}/missing`, { dispatcher })),
  'a redirect': (origin, dispatcher) => described(request(`${origin}/elsewhere`, { dispatcher })),
  'a compressed body': (origin, dispatcher) => described(request(`${origin}/gzip`, { dispatcher })),
  'a failure that is gone the next time': (origin, dispatcher) => described(request(`${origin}/twice`, { dispatcher })),
  'a connection that is reset': (origin, dispatcher) => described(request(`${origin}/reset`, { dispatcher })),
  'a cached response': async (origin, dispatcher) => [
    await described(request(`${origin}/cached`, { dispatcher })),
    await described(request(`${origin}/cached`, { dispatcher })),
  ],
  'two requests together': (origin, dispatcher) =>
    Promise.all([1, 2].map(() => described(request(`${origin}/same`, { dispatcher })))),
  'a fetch': async (origin, dispatcher) => {
    const response = await undiciFetch(`${origin}/elsewhere`, { dispatcher })
    return [response.status, response.redirected, await response.text()]
  },
}

async function described(call: Promise<Dispatcher.ResponseData>): Promise<unknown> {
  try {
    const { statusCode, headers, body } = await call
    const { date: _, ...rest } = headers
    return { statusCode, headers: rest, body: await body.text() }
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string }
    return { name, message: message.replaceAll(/:\d+/g, ''), code }
  }
}

/** What a call gives, and what the server has seen of it. */
async function outcome(call: (typeof calls)[string], interceptors_: readonly Compose[]): Promise<unknown> {
  sent = []
  const agent = new Agent()
  try {
    const result = await call(service.origin, agent.compose([...interceptors_])).catch((error) => String(error))
    return { result, sent: [...sent] }
  } finally {
    await agent.destroy()
  }
}

describe.each(Object.entries(others))('beside the interceptor %s', (_name, other) => {
  test.each(Object.entries(calls))('%s ends as without a breaker, in both orders', async (_what, call) => {
    const bare = await outcome(call, [other()])
    expect(await outcome(call, [breakerInterceptor(), other()])).toEqual(bare)
    expect(await outcome(call, [other(), breakerInterceptor()])).toEqual(bare)
  })
})

test('all of them together end as without a breaker', async () => {
  const all = () => Object.values(others).map((other) => other())
  for (const call of Object.values(calls)) {
    const bare = await outcome(call, all())
    expect(await outcome(call, [breakerInterceptor(), ...all()])).toEqual(bare)
    expect(await outcome(call, [...all(), breakerInterceptor()])).toEqual(bare)
  }
})
