import { gzipSync } from 'node:zlib'
import { CircuitBreakerRegistry, type OutcomeEvent } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ProtectFetchOptions, protectFetch, type SettledFetch } from '../src/index.ts'

const text = '{"errors":[{"message":"größer 💥"}]}'
const bytes = new TextEncoder().encode(text)

let service: Listening
beforeAll(async () => {
  service = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/gzip') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text))
    if (pathname === '/empty') return void response.end()
    if (pathname === '/fails') return void response.writeHead(503).end(text)
    if (pathname === '/events') response.setHeader('content-type', 'text/event-stream')
    if (pathname === '/form') {
      response.setHeader('content-type', 'application/x-www-form-urlencoded')
      return void response.end('errors=1')
    }
    response.writeHead(200)
    // Byte by byte, so that characters arrive in parts.
    const send = (at: number): void => {
      if (at === 20 && pathname === '/breaks') response.socket?.resetAndDestroy()
      else if (at === bytes.length) response.end()
      else response.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1))
    }
    send(0)
  })
})
afterAll(() => service.close())

/** A protected `fetch`, what its `classify` has seen, and what was counted. */
function watching(maxBytes = 1_000, more: Omit<ProtectFetchOptions, 'defaults'> = {}) {
  const registry = new CircuitBreakerRegistry()
  const outcomes: OutcomeEvent['outcome'][] = []
  registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
  const seen: SettledFetch[] = []
  const fetch = protectFetch({
    registry,
    classifyBody: { maxBytes },
    classify(settled) {
      seen.push(settled)
      return settled.body?.includes('errors') ? 'failure' : undefined
    },
    ...more,
  })
  return { fetch, seen, outcomes, get: (path = '/', init?: RequestInit) => fetch(service.origin + path, init) }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

async function drain(reader: ReadableStreamDefaultReader): Promise<void> {
  while (!(await reader.read()).done);
}

const waysToRead: Record<string, (response: Response) => Promise<unknown>> = {
  text: (response) => response.text(),
  json: (response) => response.json(),
  arrayBuffer: (response) => response.arrayBuffer(),
  blob: (response) => response.blob(),
  reader: (response) => drain((response.body as ReadableStream).getReader()),
  async 'reader of bytes, with one buffer'(response) {
    const reader = (response.body as ReadableStream).getReader({ mode: 'byob' })
    let buffer = new ArrayBuffer(7)
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done) return
      buffer = value.fill(0).buffer // it reads into the same memory again
    }
  },
  async iterator(response) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) chunk.fill(0)
  },
  pipeTo: (response) => (response.body as ReadableStream).pipeTo(new WritableStream()),
  pipeThrough: (response) => new Response((response.body as ReadableStream).pipeThrough(new TransformStream())).text(),
  async 'two readers, one after the other'(response) {
    const first = (response.body as ReadableStream).getReader()
    await first.read()
    first.releaseLock()
    await drain((response.body as ReadableStream).getReader())
  },
  async 'both branches of tee'(response) {
    const [one, other] = (response.body as ReadableStream).tee()
    await Promise.all([drain(one.getReader()), drain(other.getReader())])
  },
  async 'the second branch of tee'(response) {
    const [one, other] = (response.body as ReadableStream).tee()
    await drain(other.getReader())
    await one.cancel()
  },
  async 'a clone'(response) {
    await response.clone().text()
    await response.body?.cancel()
  },
  async 'a clone, and the response'(response) {
    await Promise.all([response.clone().text(), response.json()])
  },
  async 'a clone made after the stream was looked at'(response) {
    expect(response.body?.locked).toBe(false)
    await Promise.all([response.clone().json(), response.text()])
  },
  async 'the clone of a clone'(response) {
    const clone = response.clone().clone()
    await Promise.all([clone.text(), response.text()])
  },
}

describe('classifyBody shows classify the text of a body that is read', () => {
  test.each(Object.entries(waysToRead))('by %s', async (_way, read) => {
    const { get, seen, outcomes } = watching()
    const response = await get()
    expect(outcomes).toEqual([])
    await read(response)
    await turn()
    expect(outcomes).toEqual(['failure'])
    expect(seen.map(({ body }) => body)).toEqual([undefined, text])
    expect(seen[1]?.response).toBe(response)
    expect(seen[1]?.request.url.pathname).toBe('/')
  })

  test('after it was decompressed', async () => {
    const { get, outcomes } = watching()
    await (await get('/gzip')).json()
    expect(outcomes).toEqual(['failure'])
  })

  test('as a form', async () => {
    const { get, seen, outcomes } = watching()
    expect((await (await get('/form')).formData()).get('errors')).toBe('1')
    expect(outcomes).toEqual(['failure'])
    expect(seen[1]?.body).toBe('errors=1')
  })

  test('up to maxBytes, and none of a longer one', async () => {
    const fits = watching(bytes.length)
    await (await fits.get()).text()
    expect(fits.seen[1]?.body).toBe(text)
    const tooLong = watching(bytes.length - 1)
    expect(await (await tooLong.get()).text()).toBe(text)
    expect(tooLong.seen[1]).toHaveProperty('body', undefined)
    expect(tooLong.outcomes).toEqual(['success'])
  })

  test('whose last chunk arrives with its end', async () => {
    const outcomes: string[] = []
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(bytes)
      controller.close()
    }
    const guarded = protectFetch(async (_url: string) => new Response(new ReadableStream({ start })), {
      classifyBody: { maxBytes: 1_000 },
      classify: ({ body }) => (body === text ? 'failure' : undefined),
    })
    guarded.registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
    await drain(((await guarded(service.origin)).body as ReadableStream).getReader())
    await turn()
    expect(outcomes).toEqual(['failure'])
  })

  test('that is empty', async () => {
    const { get, seen, outcomes } = watching()
    expect(await (await get('/empty')).text()).toBe('')
    expect(seen[1]?.body ?? '').toBe('')
    expect(outcomes).toEqual(['success'])
  })

  test('of an event stream, if that is awaited', async () => {
    const { get, seen, outcomes } = watching(1_000, { settleAt: 'body' })
    await (await get('/events')).text()
    expect(seen[1]?.body).toBe(text)
    expect(outcomes).toEqual(['failure'])
  })

  test('to the classify of each protection, up to its own maxBytes', async () => {
    const inner = watching(bytes.length)
    const outer = watching(5, { classify: ({ body }) => (body === undefined ? undefined : 'ignored') })
    const fetch = protectFetch(inner.fetch, {
      classifyBody: { maxBytes: 5 },
      registry: outer.fetch.registry,
      classify: ({ body }) => (body === undefined ? undefined : 'ignored'),
    })
    await (await fetch(service.origin)).text()
    expect(inner.outcomes).toEqual(['failure'])
    expect(outer.outcomes).toEqual(['success'])
  })
})

describe('with classifyBody,', () => {
  test('the response is the one of fetch', async () => {
    const { get } = watching()
    const response = await get()
    expect(response).toBeInstanceOf(Response)
    expect([response.url, response.redirected, response.type]).toEqual([`${service.origin}/`, false, 'basic'])
    expect(await response.json()).toEqual(JSON.parse(text))
    await expect(response.text()).rejects.toThrow(TypeError)
  })

  test('a failing status settles at once', async () => {
    const { get, seen, outcomes } = watching()
    const response = await get('/fails')
    expect(outcomes).toEqual(['failure'])
    await response.text()
    expect(seen).toHaveLength(1)
  })

  test.each<[string, string, (response: Response) => Promise<unknown> | undefined, string, number]>([
    ['not read', '/', () => turn(), 'success', 1],
    ['cancelled before it is read', '/', (it) => it.body?.cancel(), 'success', 1],
    ['breaks off', '/breaks', (it) => it.text().catch(() => {}), 'failure', 2],
  ])('a body that is %s has no text', async (_what, path, act, outcome, asked) => {
    const { get, seen, outcomes } = watching()
    await act(await get(path))
    expect(outcomes).toEqual([outcome])
    expect(seen).toHaveLength(asked)
    expect(seen.map(({ body }) => body)).toEqual(Array(asked).fill(undefined))
  })

  test('a body that its reader cancels is ignored', async () => {
    const { get, seen, outcomes } = watching()
    const reader = ((await get()).body as ReadableStream).getReader()
    await reader.read()
    await reader.cancel()
    expect(outcomes).toEqual(['ignored'])
    expect(seen).toHaveLength(1)
  })

  test('a body is ignored when it and its clone are cancelled, also if its stream was looked at before', async () => {
    const { get, outcomes } = watching()
    const response = await get()
    expect(response.body?.locked).toBe(false)
    const readers = [response.clone(), response].map(({ body }) => (body as ReadableStream).getReader())
    await Promise.all(readers.map((reader) => reader.read()))
    await Promise.all(readers.map((reader) => reader.cancel()))
    expect(outcomes).toEqual(['ignored'])
  })

  test('a response without a body is classified at its headers', async () => {
    const { get, seen, outcomes } = watching()
    await get('/', { method: 'HEAD' })
    expect(outcomes).toEqual(['success'])
    expect(seen).toHaveLength(1)
  })

  test('the text is bounded, however long the body is', async () => {
    const seen: unknown[] = []
    const guarded = protectFetch(
      async (_url: string) => new Response(new Blob(Array(1_000).fill('x'.repeat(10_000)))),
      {
        classifyBody: { maxBytes: 10 },
        classify({ body }) {
          seen.push(body)
          return undefined
        },
      },
    )
    expect((await (await guarded(service.origin)).arrayBuffer()).byteLength).toBe(10_000_000)
    expect(seen).toEqual([undefined, undefined])
  })
})

describe('a response of a program is read as without protection,', () => {
  class Described extends Response {
    readonly note: string
    constructor(original: Response, note: string) {
      if (!(original instanceof Response)) throw new TypeError('no response')
      super(original.body)
      this.note = note
    }
  }
  // Its own method needs the object itself.
  const noting = (original: Response, note: string) => {
    const prototype = Object.create(Object.getPrototypeOf(original), {
      text: { value: async () => `${note}: ${await Response.prototype.text.call(original)}` },
    })
    return Object.setPrototypeOf(original, prototype) as Response
  }
  const options = [{ idleTimeout: 60_000 }, { classifyBody: { maxBytes: 100 }, classify: () => undefined }]

  test.each(options)('whatever its constructor takes: %j', async (option) => {
    const fetch = protectFetch(async (_url: string) => new Described(new Response(text), 'mine'), option)
    expect(await (await fetch(service.origin)).json()).toEqual(JSON.parse(text))
  })

  test.each(options)('and by a method of its own: %j', async (option) => {
    const fetch = protectFetch(async (_url: string) => noting(new Response('hello'), 'mine'), option)
    expect(await (await fetch(service.origin)).text()).toBe('mine: hello')
    expect(fetch.registry.snapshot()[0]?.totals.success).toBe(1)
  })
})

test('a body that is no stream has no text', async () => {
  const seen: SettledFetch[] = []
  class Fake {
    readonly status = 200
    async text(): Promise<string> {
      return 'hello'
    }
  }
  const fetch = protectFetch(async (_url: string) => new Fake() as Response, {
    classifyBody: { maxBytes: 100 },
    classify(settled) {
      seen.push(settled)
      return undefined
    },
  })
  expect(await (await fetch(service.origin)).text()).toBe('hello')
  expect(seen.map(({ body }) => body)).toEqual([undefined, undefined])
})

test('a chunk that is transferred elsewhere costs its text, and nothing else', async () => {
  const outcomes: string[] = []
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.slice())
      controller.close()
    },
  })
  const fetch = protectFetch(async (_url: string) => new Response(body), {
    classifyBody: { maxBytes: 100 },
    classify: ({ body }) => (body === undefined ? undefined : 'failure'),
  })
  fetch.registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
  const [one, other] = ((await fetch(service.origin)).body as ReadableStream).tee()
  const { value } = await one.getReader().read()
  structuredClone(value, { transfer: [value.buffer] })
  await drain(other.getReader())
  await turn()
  expect(outcomes).toHaveLength(1)
})

test('a body that is read too late is a success, and is logged once', async () => {
  const console_ = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { get, seen, outcomes } = watching()
  for (let n = 0; n < 2; n++) {
    const response = await get()
    await turn()
    await turn()
    expect(await response.text()).toBe(text)
  }
  await turn()
  expect(outcomes).toEqual(['success', 'success'])
  expect(seen).toHaveLength(2)
  expect(console_).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('read too late for `classifyBody`'))
  console_.mockRestore()
})

test('the body counts as used at once', async () => {
  const response = await watching().get()
  const reading = response.text()
  expect(response.bodyUsed).toBe(true)
  await reading
})

test('a response that was read in part before has no text', async () => {
  const chunks = [bytes.slice(0, 5), bytes.slice(5)]
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const response = new Response(body)
  const fake = async (_url: string) => response
  const reader = ((await protectFetch(fake)(service.origin)).body as ReadableStream).getReader()
  await reader.read()
  const seen: unknown[] = []
  const classify = (settled: SettledFetch) => void seen.push(settled.body) as undefined
  await protectFetch(fake, { classifyBody: { maxBytes: 100 }, classify })(service.origin)
  await drain(reader)
  await turn()
  expect(seen).toEqual([undefined])
})

test('a clone that is cancelled twice counts once: the other branch decides', async () => {
  const { get, outcomes } = watching()
  const response = await get('/breaks')
  const clone = response.clone()
  for (let n = 0; n < 2; n++) clone.body?.cancel().catch(() => {})
  await expect(response.text()).rejects.toThrow()
  expect(outcomes).toEqual(['failure'])
})

describe('classifyBody', () => {
  const classify = () => undefined
  test.each<[object, string]>([
    [{ classifyBody: true, classify }, 'classifyBody must be an object, got true'],
    [{ classifyBody: {}, classify }, 'classifyBody.maxBytes must be an integer >= 1, got undefined'],
    [{ classifyBody: { maxBytes: 0 }, classify }, 'classifyBody.maxBytes must be an integer >= 1, got 0'],
    [{ classifyBody: { maxBytes: '1kB' }, classify }, 'classifyBody.maxBytes must be an integer >= 1, got "1kB"'],
    [{ classifyBody: { maxBytes: 1, max: 2 }, classify }, 'max'],
    [{ classifyBody: { maxBytes: 1 } }, 'classifyBody needs the option classify'],
    [{ classifyBody: { maxBytes: 1 }, classify, settleAt: 'headers' }, "left out with settleAt: 'headers'"],
  ])('as in %o is rejected', (options, message) => {
    expect(() => protectFetch(options)).toThrow(message)
  })
})
