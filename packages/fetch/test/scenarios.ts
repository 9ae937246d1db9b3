import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'

type Fetch = typeof globalThis.fetch
type Scenario = (fetch: Fetch, origin: string) => Promise<unknown>

/** The visible properties of a response, before and after `read` reads its body. */
async function described(
  response: Response,
  read: (response: Response) => Promise<unknown> = (it) => it.text(),
): Promise<unknown> {
  const seen = () => {
    const { status, statusText, url, redirected, type, ok, bodyUsed, headers, body } = response
    const names: string[] = []
    for (const name in response) names.push(name)
    return {
      ...{ status, statusText, url, redirected, type, ok, bodyUsed, of: response.constructor },
      headers: [...headers].filter(([name]) => name !== 'date'),
      body: body === null ? null : [body.locked, body.constructor, inspect(body), Reflect.ownKeys(body).map(String)],
      text: [String(response), inspect(response).replace(/date: '.*'/, '')],
      keys: Reflect.ownKeys(response).map(String),
      names: names.sort(),
      isResponse: response instanceof Response,
      sameBody: response.body === body,
    }
  }
  return { before: seen(), read: await read(response).catch(failure), after: seen() }
}

function failure(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return { error }
  const { name, message, code, cause } = error as Error & { code?: unknown }
  return { of: error.constructor, name, message: message.replace(/:\d+/g, ''), code, cause: cause && failure(cause) }
}

/** `fetch` of Node.js 24 itself loses the referrer of a Request; with a call timeout the referrer is kept. */
const keepsReferrer = Number.parseInt(process.versions.node, 10) < 24

const get =
  (path: string, init?: () => RequestInit, read?: (response: Response) => Promise<unknown>): Scenario =>
  async (fetch, origin) =>
    described(await fetch(origin + path, init?.()), read)

const post = (body: () => unknown, init?: RequestInit): Scenario =>
  get(
    '/echo',
    () => ({ method: 'POST', body: body(), ...init }) as RequestInit,
    (response) => response.json(),
  )

const request =
  (init?: () => RequestInit, second?: () => RequestInit): Scenario =>
  async (fetch, origin) => {
    const it = new Request(`${origin}/echo`, init?.())
    const response = await fetch(it as never, second?.())
    return [await described(response, (answer) => answer.json()), it.bodyUsed]
  }

const aborted = (ms: number, reason?: unknown): AbortSignal => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), ms)
  return controller.signal
}

/** What programs do with `fetch`. */
const scenarios: Record<string, Scenario> = {
  'a GET': get('/'),
  'a URL object': async (fetch, origin) => described(await fetch(new URL('/?a=b#c', origin))),
  'an object whose toString returns the URL': async (fetch, origin) =>
    described(await fetch({ toString: () => origin } as never)),
  'a HEAD': get('/', () => ({ method: 'HEAD' })),
  'a lower case method': get(
    '/echo',
    () => ({ method: 'post', body: 'x' }),
    (it) => it.json(),
  ),
  'an unusual method': get(
    '/echo',
    () => ({ method: 'PROPFIND' }),
    (it) => it.json(),
  ),
  ...Object.fromEntries(
    [200, 204, 304, 404, 500, 503].map((status) => [`status ${status}`, get(`/status/${status}?x-a=b`)]),
  ),
  headers: get(
    '/echo',
    () => ({ headers: new Headers({ 'x-mine': '1', accept: 'text/plain' }) }),
    (it) => it.json(),
  ),
  'a redirect': get('/elsewhere'),
  'a manual redirect': get('/elsewhere', () => ({ redirect: 'manual' })),
  'a forbidden redirect': get('/elsewhere', () => ({ redirect: 'error' })),
  'an endless redirect': get('/loop'),
  keepalive: get('/', () => ({ keepalive: true })),
  'init of another shape': get(
    '/echo',
    () => Object.create({ method: 'POST', body: 'x' }),
    (it) => it.json(),
  ),
  'init that is null': get('/', () => null as never),

  'text to upload': post(() => 'hello'),
  'a form to upload': post(() => new URLSearchParams({ a: 'b' })),
  'bytes to upload': post(() => new Uint8Array([65, 66])),
  'a stream to upload': post(() => new Blob(['hello']).stream(), { duplex: 'half' }),
  'a Node.js stream to upload': post(() => Readable.from(['hello']), { duplex: 'half' }),
  'a stream to upload without duplex': post(() => new Blob(['hello']).stream()),
  'a stream that fails': post(() => new ReadableStream({ pull: () => Promise.reject(new Error('disk')) }), {
    duplex: 'half',
  }),

  'a Request': request(),
  'a Request with everything': request(() => ({
    method: 'PUT',
    body: 'hello',
    headers: { 'x-mine': '1' },
    ...(keepsReferrer && { referrer: 'http://referrer.example/a', referrerPolicy: 'unsafe-url' }),
  })),
  'a Request with init': request(
    () => ({ method: 'PUT', body: 'hello' }),
    () => ({ method: 'PATCH', headers: { b: '2' } }),
  ),
  'a Request that is aborted': request(() => ({ signal: AbortSignal.abort(new Error('mine')) })),
  'a Request whose signal is removed by the init': request(
    () => ({ signal: AbortSignal.abort() }),
    () => ({ signal: null }),
  ),

  json: get('/status/200', undefined, (it) => it.json()),
  'invalid json': get('/', undefined, (it) => it.json()),
  arrayBuffer: get('/', undefined, (it) => it.arrayBuffer()),
  blob: get('/', undefined, async (it) => (await it.blob()).text()),
  'a form': get('/status/200?content-type=application/x-www-form-urlencoded', undefined, async (it) => [
    ...(await it.formData()),
  ]),
  'invalid form': get('/', undefined, (it) => it.formData()),
  'read twice': get('/', undefined, async (it) => [await it.text(), await it.text().catch(failure)]),
  'read while it is locked': get('/', undefined, async (it) => [
    it.body?.getReader().closed === undefined,
    await it.text().catch(failure),
  ]),
  'cloned, both read': get('/', undefined, async (it) => {
    const copy = it.clone()
    return [await it.text(), await described(copy)]
  }),
  'cloned after it is read': get('/', undefined, async (it) => {
    await it.text()
    return it.clone()
  }),
  'cloned after an access to its body': get('/', undefined, async (it) => [
    it.body?.locked,
    await it.clone().text(),
    await it.text(),
  ]),
  'a Request as init': async (fetch, origin) => {
    const init = new Request(origin, {
      method: 'POST',
      body: 'hello',
      headers: { 'x-mine': '1' },
      duplex: 'half',
    } as RequestInit)
    return described(await fetch(`${origin}/echo`, init as never), (it) => it.json())
  },
  'the methods of a stream called without a stream': get('/', undefined, async ({ body }) => {
    const { getReader, tee, cancel, pipeTo } = body as ReadableStream
    const of = (call: () => unknown) => new Promise((resolve) => resolve(call())).catch(failure)
    return Promise.all(
      [getReader, tee, cancel, () => pipeTo(new WritableStream())].map((call) => of(call as () => unknown)),
    )
  }),
  'called without this': get('/', undefined, async ({ text: read }) => read()),
  'a stream': get('/drip', undefined, (it) => text(it.body as never)),
  'tee and locks': get('/', undefined, async ({ body }) => {
    const [one, other] = body?.tee() ?? []
    return [body?.locked, await text(one as never), await text(other as never), await body?.cancel().catch(failure)]
  }),
  'a reader that releases its lock': get('/', undefined, async ({ body }) => {
    const reader = body?.getReader()
    const closed = reader?.closed.catch(failure)
    reader?.releaseLock()
    return [body?.locked, await closed, await reader?.read().catch(failure), await text(body as never)]
  }),
  'two readers': get('/', undefined, async ({ body }) => {
    body?.getReader()
    return body?.getReader()
  }),
  'pipes with invalid arguments': get('/', undefined, async ({ body }) => {
    const through = (...args: unknown[]) => {
      try {
        return typeof (body as unknown as { pipeThrough: (...args: unknown[]) => unknown }).pipeThrough(...args)
      } catch (error) {
        return failure(error)
      }
    }
    const to = (...args: unknown[]) =>
      (body as unknown as { pipeTo: (...args: unknown[]) => Promise<unknown> }).pipeTo(...args).catch(failure)
    return [
      through({}),
      through({ readable: 1, writable: 1 }),
      through(new TransformStream(), { signal: 1 }),
      await to(),
      await to({}),
    ]
  }),
  'a pipe from a locked stream': get('/', undefined, async ({ body }) => {
    body?.getReader()
    return body?.pipeThrough(new TransformStream())
  }),
  'pipes with valid arguments': get('/gzip', undefined, ({ body }) =>
    text(body?.pipeThrough(new TextDecoderStream() as never).pipeThrough(new TextEncoderStream()) as never),
  ),
  'an iterator': get('/', undefined, async ({ body }) => {
    const chunks = (body as ReadableStream)[Symbol.asyncIterator]()
    return [
      await chunks.next(),
      await chunks.next(),
      await chunks.next(),
      await chunks.return?.(undefined),
      body?.locked,
    ]
  }),
  'an iterator that returns early': get('/stall/200', undefined, async ({ body }) => {
    const chunks = (body as ReadableStream).values()
    return [await chunks.next(), await chunks.return?.(undefined), await chunks.next(), body?.locked]
  }),
  cancelled: get('/stall/200', undefined, async ({ body }) => [
    await body?.cancel('enough'),
    await body?.getReader().read(),
  ]),
  'as the body of another Response': get('/', undefined, async (it) => described(new Response(it.body, it))),
  'as the body of another request': async (fetch, origin) => {
    const { body } = await fetch(origin)
    return described(await fetch(`${origin}/echo`, { method: 'POST', body, duplex: 'half' } as RequestInit), (it) =>
      it.json(),
    )
  },

  ...Object.fromEntries(
    [
      '/reset',
      '/gone',
      '/cut/200',
      '/cut-chunks',
      '/broken-gzip',
      '/no-http',
      '/broken-headers',
      '/broken-chunks',
      '/two-lengths',
      '/long-header',
    ].map((path) => [path, get(path)]),
  ),
  'an abort before the headers': get('/hang', () => ({ signal: aborted(30) })),
  'an abort in the body': get('/stall/200', () => ({ signal: aborted(300) })),
  'an abort with a reason': get('/stall/200', () => ({ signal: aborted(300, 'enough') })),
  'an abort before the call': get('/', () => ({ signal: AbortSignal.abort() })),
  'a timeout': get('/hang', () => ({ signal: AbortSignal.timeout(30) })),
  'a timeout in the body': get('/stall/200', () => ({ signal: AbortSignal.timeout(300) })),
  'an invalid URL': async (fetch) => fetch('http://['),
  'a relative URL': async (fetch) => fetch('/users'),
  credentials: async (fetch) => fetch('http://me:secret@127.0.0.1/'),
  'a missing URL': async (fetch) => (fetch as () => Promise<Response>)(),
  'a data URL': async (fetch) => described(await fetch('data:text/plain,hello')),
  'an invalid header': get('/', () => ({ headers: { a: 'x\ny' } })),
  'a header value that is not Latin-1': get('/', () => ({ headers: { 'x-user': 'Иван' } })),
  'an invalid signal': get('/', () => ({ signal: {} as never })),
  'a signal that is a string': get('/', () => ({ signal: 'x' as never })),
  'a signal that throws': get('/', () => ({
    signal: Object.assign(new AbortController().signal, {
      addEventListener() {
        throw new RangeError('mine')
      },
    }),
  })),
  'a frozen init': get('/', () => Object.freeze({ signal: new AbortController().signal })),
  'a frozen init that is aborted': get('/hang', () => Object.freeze({ signal: aborted(30) })),
  'an init with private fields': get(
    '/echo',
    () => new PrivateInit() as RequestInit,
    (it) => it.json(),
  ),
  'an init that is a number': get('/', () => 5 as RequestInit),
  'an async iterable to upload': post(() => ({ [Symbol.asyncIterator]: () => iterate() }), { duplex: 'half' }),
  'an async iterable that throws': post(() => iterate(new Error('disk')), { duplex: 'half' }),
  'an async iterable of what can not be sent': post(() => iterate(undefined, 5), { duplex: 'half' }),
  'no input': async (fetch) => fetch(null as never),
}

class PrivateInit {
  #method = 'PUT'
  get method() {
    return this.#method
  }
}

async function* iterate(error?: Error, chunk: unknown = new Uint8Array([65])) {
  yield chunk
  if (error) throw error
}

export const allScenarios: readonly (readonly [string, (fetch: Fetch, origin: string) => Promise<unknown>])[] =
  Object.entries(scenarios).map(([name, run]) => [name, (fetch, origin) => run(fetch, origin).catch(failure)])
