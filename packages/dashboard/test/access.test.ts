import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { type DashboardOptions, dashboard } from '../src/index.ts'
import { ask, Reader } from './client.ts'
import { settle } from './opened.ts'

let server: Listening
let end = () => {}
afterEach(async () => {
  end()
  await server.close()
})

const registry = new CircuitBreakerRegistry()
settle(registry.get('payments'), 0, 1)

async function serve(options: Omit<DashboardOptions, 'registry'> = {}, before: (name: string) => void = () => {}) {
  const page = dashboard({ registry, ...options })
  end = page.close
  server = await listen((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    before(request.url as string)
    page(request, response)
  })
}

const asset = async () => /src="\.(\/assets\/[^"]+)"/.exec((await ask(server, 'GET', '/')).text)?.[1] as string

describe('the page', () => {
  test('has no inline script or style, and loads only its own files, by relative URLs', async () => {
    await serve()
    const { text, headers } = await ask(server, 'GET', '/')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).not.toMatch(/<style|style=|<script(?![^>]*src="\.\/)| on\w+=|<base|(?:src|href)="(?!\.\/)/)
    for (const [, path] of text.matchAll(/(?:src|href)="\.([^"]+)"/g)) {
      expect((await ask(server, 'GET', path as string)).status).toBe(200)
    }
  })

  test.each(['/', '/stream', '/breaker?name=payments', '/nothing'])('has a strict policy for %s', async (path) => {
    await serve()
    const reader = await Reader.open(server, path)
    const { headers } = reader.response
    reader.close()
    const policy = headers['content-security-policy'] as string
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'"]))
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['access-control-allow-origin']).toBe(undefined)
  })

  test('is cached by the hash in the names of its files; nothing else is cached', async () => {
    await serve()
    const path = await asset()
    expect((await ask(server, 'GET', path)).headers['cache-control']).toBe('private, max-age=31536000, immutable')
    for (const other of ['/', '/breaker?name=payments', '/nothing']) {
      expect((await ask(server, 'GET', other)).headers['cache-control']).toMatch(/^no-store/)
    }
  })

  test('is compressed for clients that take brotli, and the same without', async () => {
    await serve()
    const path = await asset()
    const plain = await ask(server, 'GET', path)
    const small = await ask(server, 'GET', path, { headers: { 'Accept-Encoding': 'gzip, deflate, br' } })
    expect([plain.headers['content-encoding'], small.headers['content-encoding']]).toEqual([undefined, 'br'])
    expect(Number(small.headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']) / 2)
    const head = await ask(server, 'HEAD', path)
    expect([head.text, head.headers['content-length']]).toEqual(['', plain.headers['content-length']])
  })

  test.each([
    ['GET', '/nothing', 404],
    ['GET', '/assets/..%2findex.html', 404],
    ['GET', '/assets/constructor', 404],
    ['GET', '/assets/%E0%A4%A', 404],
    ['GET', '/%E0%A4%A', 404],
    ['GET', '/breaker?name=%E0%A4%A', 404],
    ['GET', '/breaker', 404],
    ['GET', '/breaker?name=other', 404],
    ['GET', '/act', 405],
    ['POST', '/', 405],
    ['DELETE', '/breaker?name=payments', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    await serve()
    const answer = await ask(server, method, path)
    expect([answer.status, answer.json.status]).toEqual([status, status])
  })
})

describe('what is shown', () => {
  test('is open to everyone without authorize, but no message of an error', async () => {
    await serve()
    const { text, json } = await ask(server, 'GET', '/breaker?name=payments')
    expect(json).toMatchObject({ name: 'payments', failureMessage: null, config: { shadow: 0 } })
    expect(text).not.toContain('hunter2')
  })

  test('with authorize is for operators only: page, files, stream and details alike', async () => {
    await serve({ authorize: ({ headers }) => headers.authorization === 'Bearer 7d2f' && 'ada' })
    const headers = { Authorization: 'Bearer 7d2f' }
    for (const path of ['/', '/stream', '/breaker?name=payments', '/assets/x.js', '/nothing']) {
      expect((await ask(server, 'GET', path)).status).toBe(403)
    }
    expect((await ask(server, 'GET', '/', { headers })).status).toBe(200)
    const reader = await Reader.open(server, '/stream', { headers })
    expect((await reader.snapshot()).controls).toBe(true)
    reader.close()
  })

  test.each<[Omit<DashboardOptions, 'registry'>, unknown]>([
    [{ authorize: () => 'ada' }, null],
    [{ errorMessages: true }, expect.stringContaining('ECONNREFUSED')],
  ])('%#: the message of an error, if it may', async (options, message) => {
    await serve(options)
    expect((await ask(server, 'GET', '/breaker?name=payments')).json.failureMessage).toEqual(message)
  })

  test('of a breaker is its history, and latencies from the first look on', async () => {
    const mail = registry.get('mail')
    await serve()
    mail.forceOpen('migration')
    expect((await ask(server, 'GET', '/breaker?name=mail')).json).toMatchObject({ latency: [], opens: 1 })
    mail.reset()
    await Promise.all(Array.from({ length: 10 }, () => mail.execute(async () => {})))
    const { json } = await ask(server, 'GET', '/breaker?name=mail')
    expect(json.transitions.map(({ why }: { why: string }) => why)).toEqual([
      'opened: forced by an operator. Note: migration',
      'closed: reset by an operator',
    ])
    const calls = json.latency.reduce((sum: number, [, count]: number[]) => sum + (count as number), 0)
    expect(calls).toBe(10)
    const [, , p50, p95, p99] = json.latency[0]
    expect(p50 > 0 && p50 <= p95 && p95 <= p99).toBe(true)
  })
})

describe('an error of authorize', () => {
  const broken = () => {
    throw new Error('no session store')
  }

  test('goes to the app, where there is one', async () => {
    const page = dashboard({ registry, authorize: broken })
    end = page.close
    server = await listen((request, response) =>
      page(request, response, (error) => response.writeHead(503).end((error as Error).message)),
    )
    expect(await ask(server, 'GET', '/')).toMatchObject({ status: 503, text: 'no session store' })
  })

  test('is a 500 without its message where there is none', async () => {
    const { error } = console
    console.error = () => {}
    await serve({ authorize: async () => broken() })
    const answer = await ask(server, 'GET', '/')
    console.error = error
    expect([answer.status, answer.json.detail]).toEqual([500, 'The request failed.'])
  })
})

test.each([
  [undefined, 'dashboard must be an object, got undefined'],
  [{}, 'registry must be a CircuitBreakerRegistry, got undefined'],
  [{ registry: [] }, 'registry must be a CircuitBreakerRegistry, got an array'],
  [{ registry, authorize: 'ada' }, 'authorize must be a function, got "ada"'],
  [{ registry, fleet: {} }, 'fleet must be what joinFleet of @cb/redis resolves to, got an object'],
  [{ registry, fleet: Promise.resolve() }, 'fleet must be what joinFleet of @cb/redis resolves to, got a promise'],
  [{ registry, errorMessages: 1 }, 'errorMessages must be a boolean, got 1'],
  [
    { registry, prefix: '/' },
    'unknown option "prefix" in dashboard; known options: registry, fleet, authorize, errorMessages',
  ],
])('bad options are named: %#', async (options, message) => {
  await serve()
  expect(() => dashboard(options as never)).toThrow(new TypeError(message))
})
