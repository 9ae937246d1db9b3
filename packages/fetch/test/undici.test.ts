import { Readable } from 'node:stream'
import { CircuitBreakerRegistry, consecutiveFailures, exponentialBackoff, type OutcomeEvent } from '@cb/core'
import { type Dependency, dependency, fakeClock, listen, refusedOrigin, until } from '@cb/test-kit'
import { Agent, Client, interceptors, request, stream, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { DispatchHandler } from '../src/dispatch-handler.ts'
import { type BreakerInterceptorOptions, breakerInterceptor, type DispatchRequest } from '../src/undici.ts'
import { errorOf } from './attempt.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
const agents: Agent[] = []
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.destroy()
  await service.close()
})

function agent(): Agent {
  const made = new Agent()
  agents.push(made)
  return made
}

/** A guarded dispatcher, and the outcomes that its breakers count. */
function guarded(options: BreakerInterceptorOptions = {}) {
  const guard = breakerInterceptor({ defaults: { trip: consecutiveFailures(3) }, ...options })
  const outcomes: OutcomeEvent[] = []
  guard.registry.on('outcome', (event) => outcomes.push(event))
  const dispatcher = agent().compose(guard)
  const outcomeNames = () => outcomes.map(({ outcome }) => outcome)
  return { guard, dispatcher, registry: guard.registry, outcomes, outcomeNames }
}

type Options = NonNullable<Parameters<typeof request>[1]>

describe('through the interceptor', () => {
  const get =
    (path: string, options: Options = {}) =>
    async (dispatcher: Agent | ReturnType<Agent['compose']>) =>
      (await request(service.origin + path, { ...options, dispatcher })).body.text()
  const post = (path: string, body: unknown) => get(path, { method: 'POST', body: body as Readable })
  const disk = Object.assign(new Error('the disk is gone'), { code: 'EIO' })
  async function* uploading(...chunks: (string | Error)[]) {
    for (const chunk of chunks) {
      if (typeof chunk !== 'string') throw chunk
      yield chunk
    }
  }
  const endless = () => {
    const body = new Readable({ read() {} })
    body.push('x')
    return body
  }
  const soon = (reason?: unknown) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 40)
    return controller.signal
  }

  test.each<[string, string, () => (dispatcher: Agent) => Promise<unknown>, string?]>([
    ['status 200', 'success', () => get('/')],
    ['status 404', 'success', () => get('/status/404')],
    ['a redirect', 'success', () => get('/elsewhere')],
    ['a response byte by byte', 'success', () => get('/drip')],
    ['status 204', 'success', () => get('/status/204')],
    ['status 429', 'failure', () => get('/status/429'), 'HTTP_429'],
    ['status 503', 'failure', () => get('/status/503'), 'HTTP_503'],
    [
      'a refused connection',
      'failure',
      () => async (dispatcher) => request(await refusedOrigin(), { dispatcher }),
      'ECONNREFUSED',
    ],
    ['an unknown host', 'failure', () => (dispatcher) => request('http://no-such-host.invalid', { dispatcher })],
    [
      'a TLS failure',
      'failure',
      () => (dispatcher) => request(service.origin.replace('http:', 'https:'), { dispatcher }),
    ],
    ['a reset connection', 'failure', () => get('/reset')],
    ['a closed connection', 'failure', () => get('/gone'), 'UND_ERR_SOCKET'],
    ['a body that is cut off', 'failure', () => get('/cut/200'), 'UND_ERR_SOCKET'],
    ['a response that is not HTTP', 'failure', () => get('/no-http')],
    ['a hang before the headers', 'failure', () => get('/hang', { headersTimeout: 50 }), 'UND_ERR_HEADERS_TIMEOUT'],
    ['AbortSignal.timeout', 'failure', () => get('/hang', { signal: AbortSignal.timeout(50) })],
    ['AbortSignal.timeout in the body', 'failure', () => get('/stall/200', { signal: AbortSignal.timeout(80) })],
    ['an abort by the caller', 'ignored', () => get('/hang', { signal: soon() })],
    ['an abort by the caller with a reason', 'ignored', () => get('/hang', { signal: soon(new Error('mine')) })],
    [
      'a fetch that is aborted with a reason',
      'ignored',
      () => (dispatcher) => undiciFetch(`${service.origin}/hang`, { dispatcher, signal: soon(new Error('mine')) }),
    ],
    [
      'a body that is destroyed',
      'ignored',
      () => async (dispatcher) => {
        const { body } = await request(`${service.origin}/stall/200`, { dispatcher })
        body.on('error', () => {}).destroy()
      },
    ],
    ['bad options', 'ignored', () => get('/', { headers: { 'a b': 'x' } })],
    [
      'a handler that throws at the headers',
      'ignored',
      () => (dispatcher) => stream(service.origin, { dispatcher, method: 'GET' }, () => expect.unreachable('mine')),
    ],
    [
      'a handler that throws in the body',
      'ignored',
      () => (dispatcher) =>
        new Promise((_, reject) => {
          const onResponseData = () => expect.unreachable('mine')
          const handler = { onRequestStart() {}, onResponseStart() {}, onResponseData, onResponseEnd() {} }
          const onResponseError = (_controller: unknown, error: Error) => reject(error)
          dispatcher.dispatch({ origin: service.origin, path: '/drip', method: 'GET' }, { ...handler, onResponseError })
        }),
    ],
    ['a header value that is not Latin-1', 'ignored', () => get('/', { headers: { 'x-user': 'Иван' } })],
    ['an async iterable to upload', 'success', () => post('/echo', uploading())],
    ['a stream that is uploaded until the connection is reset', 'failure', () => post('/reset', endless())],
    [
      'an async iterable that is uploaded until the connection is reset',
      'failure',
      () => post('/reset', uploading('hello', 'hello')),
    ],
    ['an async iterable that throws while it is uploaded', 'ignored', () => post('/', uploading('x', disk)), 'EIO'],
    [
      'a stream that fails while it is uploaded',
      'ignored',
      () => post('/', Readable.from(uploading('x', disk))),
      'EIO',
    ],
    [
      'a web stream that fails while it is uploaded',
      'ignored',
      () => post('/', new ReadableStream({ pull: () => Promise.reject(disk) }) as never),
      'EIO',
    ],
  ])('%s counts as %s', async (_what, outcome, call, code) => {
    const { dispatcher, outcomes, outcomeNames } = guarded()
    const usual = await errorOf(call()(agent()))
    const error = await errorOf(call()(dispatcher as unknown as Agent))
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual([outcome])
    if (code !== undefined) expect(outcomes[0]?.error).toMatchObject({ code })
    expect([error?.name, error?.code]).toEqual([usual?.name, usual?.code])
  })

  test('a breaker opens, sends nothing, probes and closes', async () => {
    const { now, advance } = fakeClock()
    const defaults = { trip: consecutiveFailures(2), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
    const { dispatcher, registry } = guarded({ defaults })
    const call = (path: string) => request(service.origin + path, { dispatcher }).then(({ body }) => body.text())
    for (let n = 0; n < 2; n++) await call('/status/503?retry-after=5')
    const { requests } = service
    expect(await errorOf(call('/'))).toMatchObject({
      code: 'ECIRCUITOPEN',
      breaker: service.origin,
      retryAfterMs: 5_000,
    })
    expect(await errorOf(undiciFetch(service.origin, { dispatcher }))).toMatchObject({
      cause: { code: 'ECIRCUITOPEN' },
    })
    expect(service.requests).toBe(requests)
    advance(5_000)
    expect(await call('/')).toBe('hello')
    expect(registry.get(service.origin).state).toBe('closed')
  })

  test('Retry-After may ask for more than a day, if maxRetryAfter allows it', async () => {
    const openDuration = exponentialBackoff({ maxRetryAfter: 604_800_000 })
    const { dispatcher, registry } = guarded({ defaults: { trip: consecutiveFailures(1), openDuration, now: () => 0 } })
    await (await request(`${service.origin}/status/503?retry-after=172800`, { dispatcher })).body.dump()
    expect(registry.get(service.origin).snapshot().retryAfterMs).toBe(172_800_000)
  })

  test('each attempt of the retry interceptor counts, and the retries end when the circuit opens', async () => {
    const { guard, outcomeNames } = guarded()
    const retry = interceptors.retry({ maxRetries: 8, minTimeout: 1, maxTimeout: 1 })
    const dispatcher = agent().compose(guard, retry)
    expect(await errorOf(request(`${service.origin}/reset`, { dispatcher }))).toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(outcomeNames()).toEqual(['failure', 'failure', 'failure'])
    expect(service.requests).toBe(3)
  })

  test.each([
    ['before the headers', '/hang'],
    ['in the body', '/stall/200'],
  ])('the call timeout ends a request %s, and closes the connection', async (_when, path) => {
    const { dispatcher, outcomes } = guarded({ defaults: { callTimeout: 80 } })
    const error = await errorOf(get(path)(dispatcher))
    expect(error).toMatchObject({ code: 'ECALLTIMEOUT' })
    expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: 'ECALLTIMEOUT' } }])
    await until(() => service.abandoned === 1)
  })

  test('the call timeout also ends a request that waits for a connection', async () => {
    const guard = breakerInterceptor({ defaults: { callTimeout: 80 }, key: () => 'it' })
    const made = new Client(service.origin, { pipelining: 1 })
    const dispatcher = made.compose(guard)
    const first = errorOf(request(`${service.origin}/hang`, { dispatcher: made }))
    expect(await errorOf(request(service.origin, { dispatcher }))).toMatchObject({ code: 'ECALLTIMEOUT' })
    service.release()
    await first
    await made.close()
    expect(service.requests).toBe(1)
    expect(guard.registry.get('it').snapshot().totals).toMatchObject({ failure: 1, success: 0, late: 0 })
  })

  test('settles at the headers with settleAt: headers, and for an event stream', async () => {
    const at = guarded({ settleAt: 'headers' })
    const { body } = await request(`${service.origin}/cut/200`, { dispatcher: at.dispatcher })
    expect(at.outcomeNames()).toEqual(['success'])
    await errorOf(body.text())
    const events = guarded()
    const stream = await request(`${service.origin}/events`, { dispatcher: events.dispatcher })
    expect(events.outcomeNames()).toEqual(['success'])
    stream.body.on('error', () => {}).destroy()
  })

  test('the call timeout does not limit an event stream, and no timer is left after a complete response', async () => {
    const { dispatcher } = guarded({ defaults: { callTimeout: 100 } })
    const url = `${service.origin}/stall/200?content-type=text/event-stream`
    const { body } = await request(url, { dispatcher })
    setTimeout(() => service.release(), 200)
    expect(await body.text()).toBe('partlate')
    const timers = () => process.getActiveResourcesInfo().filter((it) => it === 'Timeout').length
    const before = timers()
    const patient = guarded({ defaults: { callTimeout: 60_000 } })
    for (let n = 0; n < 20; n++) await get('/')(patient.dispatcher)
    expect(timers()).toBeLessThan(before + 10)
  })

  test('the error of a dispatch that throws goes to the handler, and its permit is settled', async () => {
    const { guard, outcomeNames } = guarded()
    const errors: Error[] = []
    const dispatch = guard(() => {
      throw new Error('broken')
    })
    dispatch(
      { origin: service.origin, path: '/', method: 'GET' },
      { onResponseError: (_: null, error: Error) => errors.push(error) },
    )
    expect(errors).toMatchObject([{ message: 'broken' }])
    expect(outcomeNames()).toEqual(['failure'])
  })

  test('a request that starts after its call timeout is aborted, and its handler gets one error', async () => {
    const { guard, outcomeNames } = guarded({ defaults: { callTimeout: 20 } })
    const seen: unknown[] = []
    let late: DispatchHandler | undefined
    const dispatch = guard((_options, handler) => {
      late = handler
      return true
    })
    dispatch(
      { origin: service.origin, path: '/', method: 'GET' },
      {
        onRequestStart: () => seen.push('start'),
        onResponseError: (_: null, { code }: { code?: string }) => seen.push(code),
      },
    )
    await until(() => seen.length > 0)
    const controller = {
      aborted: false,
      abort: (reason: Error & { code?: string }) => seen.push(`abort ${reason.code}`),
    }
    late?.onRequestStart?.(controller)
    late?.onResponseError?.(controller, new Error('aborted'))
    expect(seen).toEqual(['ECALLTIMEOUT', 'abort ECALLTIMEOUT'])
    expect(outcomeNames()).toEqual(['failure'])
  })

  test('early hints do not settle the call', async () => {
    const server = await listen((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.writeHead(503).end()
    })
    const { dispatcher, outcomeNames } = guarded()
    await request(server.origin, { dispatcher }).then(({ body }) => body.dump())
    expect(outcomeNames()).toEqual(['failure'])
    await server.close()
  })

  test('key, writes and classify receive the request', async () => {
    const seen: DispatchRequest[] = []
    const { dispatcher, registry, outcomeNames } = guarded({
      key: (it) => `it ${seen.push(it)}`,
      writes: true,
      classify: ({ response }) => (response?.headers['x-a'] === 'b' ? 'failure' : undefined),
    })
    await get('/status/200?x-a=b', { method: 'PUT', body: 'x' })(dispatcher)
    expect(seen[0]).toMatchObject({ method: 'PUT', options: { path: '/status/200?x-a=b' } })
    expect(seen[0]?.url.href).toBe(`${service.origin}/status/200?x-a=b`)
    expect(Array.from(registry, ({ name }) => name)).toEqual(['it 1 writes'])
    expect(outcomeNames()).toEqual(['failure'])
  })

  test('classify makes a failure of an Error that it returns, whose retryAfterMs counts', async () => {
    const maintenance = Object.assign(new Error('maintenance'), { retryAfterMs: 60_000 })
    const { dispatcher, outcomes } = guarded({
      defaults: { trip: consecutiveFailures(1), now: () => 0 },
      classify: () => maintenance,
    })
    await get('/')(dispatcher)
    expect(outcomes).toMatchObject([{ outcome: 'failure', error: maintenance }])
    expect(await errorOf(get('/')(dispatcher))).toMatchObject({ code: 'ECIRCUITOPEN', retryAfterMs: 60_000 })
  })

  test.each(['//users/7', '//', '//[', '/a?b=//c', '/'])('the path %s plays no part in the key', async (path) => {
    const server = await listen(({ url }, response) => response.end(url))
    onTestFinished(() => server.close())
    const { dispatcher, registry } = guarded()
    const { body } = await request(server.origin, { dispatcher, path } as Options)
    expect(await body.text()).toBe(path)
    expect(Array.from(registry, ({ name }) => name)).toEqual([server.origin])
  })

  test('the URL that a key function receives has the whole path', async () => {
    const { dispatcher, registry } = guarded({ key: ({ url }) => url.href })
    await request(`${service.origin}//users/7?a=b`, { dispatcher }).then(({ body }) => body.dump())
    expect(Array.from(registry, ({ name }) => name)).toEqual([`${service.origin}//users/7?a=b`])
  })

  test.each([
    ['localhost', 'localhost'],
    ['localhost:80', 'localhost:80'],
    ['http://me:secret@[', 'relative'],
    ['http://api.example/', 'http://api.example'],
  ])('the key of a request with the origin %s to a Client is %s', async (origin, key) => {
    expect(await keysOfClient({ origin })).toEqual([key])
  })

  test.each([{ origin: '' }, {}])(
    'the key of a request with %o to a Client is relative, or its origin',
    async (options) => {
      const [key] = await keysOfClient(options) // undici 8 adds the origin of the Client
      expect(['relative', service.origin]).toContain(key)
    },
  )

  async function keysOfClient(options: { origin?: string }): Promise<string[]> {
    const guard = breakerInterceptor()
    const client = new Client(service.origin)
    const { body } = await client.compose(guard).request({ path: '/', method: 'GET', ...options })
    await body.dump()
    await client.close()
    return Array.from(guard.registry, ({ name }) => name)
  }

  test('a key function that throws makes the request reject, and nothing is sent', async () => {
    const { dispatcher } = guarded({
      key: () => {
        throw new Error('no tenant')
      },
    })
    expect(await errorOf(get('/')(dispatcher))).toMatchObject({ message: 'no tenant' })
    expect(service.requests).toBe(0)
  })
})

test('breakerInterceptor throws for options for which protectFetch throws', () => {
  const registry = new CircuitBreakerRegistry()
  expect(() => breakerInterceptor({ registry, defaults: {} })).toThrow('defaults must be left out')
  expect(() => breakerInterceptor({ retries: 1 } as never)).toThrow('unknown option "retries" in breakerInterceptor')
})
