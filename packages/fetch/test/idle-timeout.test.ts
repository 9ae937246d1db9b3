import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { OutcomeEvent } from '@cb/core'
import { listen, until } from '@cb/test-kit'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { breakerInterceptor } from '../src/undici.ts'
import { errorOf, fetches, observedFetch } from './attempt.ts'

/** A service that says "part", and then what the test says. */
const responses: ServerResponse[] = []
const speak = (_request: IncomingMessage, response: ServerResponse) => {
  responses.push(response)
  response.on('close', () => {
    closed += 1
  })
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('part')
}
let origin: string
let closed: number
let close: () => Promise<void>
beforeEach(async () => {
  responses.length = 0
  closed = 0
  ;({ origin, close } = await listen(speak))
})
afterEach(() => close())

const ways: Record<string, (response: Response) => Promise<unknown>> = {
  text: (response) => response.text(),
  bytes: (response) => response.arrayBuffer(),
  blob: (response) => response.blob(),
  'the text of a clone': (response) => response.clone().text(),
  'for await': async ({ body }) => {
    for await (const _chunk of body as ReadableStream);
  },
  'a reader': async ({ body }) => {
    const reader = (body as ReadableStream).getReader()
    while (!(await reader.read()).done);
  },
  'a byte reader': async ({ body }) => {
    const reader = (body as ReadableStream).getReader({ mode: 'byob' })
    while (!(await reader.read(new Uint8Array(8))).done);
  },
  pipeTo: ({ body }) => (body as ReadableStream).pipeTo(new WritableStream()),
  pipeThrough: ({ body }) => text((body as ReadableStream).pipeThrough(new TransformStream())),
  'a tee': ({ body }) => Promise.all((body as ReadableStream).tee().map((branch) => text(branch as never))),
  'Readable.fromWeb': ({ body }) => text(Readable.fromWeb(body as never)),
}

describe.each(fetches)('with idleTimeout, a body through %s', (_name, bare) => {
  describe.each(Object.entries(ways))('read by %s', (_way, read) => {
    test('fails with a TimeoutError when the service falls silent, and counts as a failure', async () => {
      const { fetch, outcomes } = observedFetch(bare, { idleTimeout: 40, settleAt: 'body' })
      const error = await errorOf(read(await fetch(origin)))
      expect(error).toMatchObject({ name: 'TimeoutError', message: 'the body was silent for 40 ms' })
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { name: 'TimeoutError' } }])
      await until(() => closed === 1)
    })

    test('is complete if the silences are shorter', async () => {
      const { fetch, outcomeNames } = observedFetch(bare, { idleTimeout: 60_000, settleAt: 'body' })
      const body = read(await fetch(origin))
      responses[0]?.write('more')
      responses[0]?.end('end')
      await body
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['success'])
    })

    test('that breaks off fails as without a limit', async () => {
      const { fetch, outcomes } = observedFetch(bare, { idleTimeout: 60_000, settleAt: 'body' })
      const body = errorOf(read(await fetch(origin)))
      responses[0]?.destroy()
      expect(await body).toMatchObject({ message: 'terminated' })
      await until(() => outcomes.length > 0)
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { message: 'terminated' } }])
    })
  })

  test('gives the same text, JSON and bytes', async () => {
    const { fetch } = observedFetch(bare, { idleTimeout: 60_000 })
    const one = fetch(origin).then((response) => response.text())
    await until(() => responses.length === 1)
    responses[0]?.end(' and end')
    expect(await one).toBe('part and end')
    const other = await fetch(origin)
    const json = errorOf(other.json())
    responses[1]?.end()
    expect((await json).name).toBe('SyntaxError')
    expect(other.bodyUsed).toBe(true)
  })

  test('does not time its reader, who may be slow', async () => {
    const { fetch, outcomeNames } = observedFetch(bare, { idleTimeout: 300, settleAt: 'body' })
    const chunks = ((await fetch(origin)).body as ReadableStream).values()
    await chunks.next()
    await new Promise((resolve) => setTimeout(resolve, 700)) // more than twice the limit
    responses[0]?.end()
    expect((await chunks.next()).done).toBe(true)
    expect(outcomeNames()).toEqual(['success'])
  })

  test('takes what has arrived while the process was busy', async () => {
    // In a process of its own, because this one is busy for a while.
    const service = `require('node:http').createServer((_, response) => {
      response.write('part')
      setTimeout(() => response.end(' and end'), 50)
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
    const server = spawn(process.execPath, ['-e', service])
    try {
      const [port] = await once(server.stdout, 'data')
      const { fetch, outcomeNames } = observedFetch(bare, { idleTimeout: 200, settleAt: 'body' })
      const body = (await fetch(`http://127.0.0.1:${String(port).trim()}`)).text()
      await new Promise((resolve) => setImmediate(resolve))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000) // longer than the limit and the silence
      expect(await body).toBe('part and end')
      expect(outcomeNames()).toEqual(['success'])
    } finally {
      server.kill()
    }
  })

  test('ends also where its outcome was known at the headers', async () => {
    const { fetch, outcomeNames } = observedFetch(bare, { idleTimeout: 40 })
    expect(await errorOf((await fetch(origin)).text())).toMatchObject({ name: 'TimeoutError' })
    expect(outcomeNames()).toEqual(['success'])
  })
})

describe('with idleTimeout, a body through the interceptor of undici', () => {
  const guarded = (idleTimeout: number) => {
    const breakers = breakerInterceptor({ idleTimeout, settleAt: 'body' })
    const outcomes: OutcomeEvent[] = []
    breakers.registry.on('outcome', (event) => outcomes.push(event))
    return { dispatcher: new Agent().compose(breakers), outcomes }
  }

  test('fails with a TimeoutError when the service falls silent, and counts as a failure', async () => {
    const { dispatcher, outcomes } = guarded(40)
    const { body } = await request(origin, { dispatcher })
    expect(await errorOf(body.text())).toMatchObject({ name: 'TimeoutError' })
    expect(outcomes).toMatchObject([{ outcome: 'failure', error: { name: 'TimeoutError' } }])
    await until(() => closed === 1)
  })

  test('is complete if the silences are shorter', async () => {
    const { dispatcher, outcomes } = guarded(60_000)
    const { body } = await request(origin, { dispatcher })
    responses[0]?.end(' and end')
    expect(await body.text()).toBe('part and end')
    expect(outcomes).toMatchObject([{ outcome: 'success' }])
  })
})
