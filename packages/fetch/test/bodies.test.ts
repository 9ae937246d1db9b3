import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errorOf, fetches, observedFetch, turn } from './attempt.ts'

let service: Dependency
beforeEach(async () => {
  service = await dependency()
})
afterEach(() => service.close())

/** Every way to read a body to its end. */
const ways: Record<string, (response: Response) => Promise<unknown>> = {
  text: (response) => response.text(),
  arrayBuffer: (response) => response.arrayBuffer(),
  blob: (response) => response.blob(),
  bytes: (response) => (response as Response & { bytes(): Promise<Uint8Array> }).bytes(),
  'the text of a clone': (response) => response.clone().text(),
  'the text after a clone was made': (response) => {
    response.clone()
    return response.text()
  },
  'for await': async ({ body }) => {
    for await (const _chunk of body as ReadableStream);
  },
  values: async ({ body }) => {
    for await (const _chunk of (body as ReadableStream).values());
  },
  'a reader': ({ body }) => drain((body as ReadableStream).getReader()),
  'two readers, one after the other': async ({ body }) => {
    const first = (body as ReadableStream).getReader()
    await first.read()
    first.releaseLock()
    await drain((body as ReadableStream).getReader())
  },
  'a byte reader': async ({ body }) => {
    const reader = (body as ReadableStream).getReader({ mode: 'byob' })
    while (!(await reader.read(new Uint8Array(8))).done);
  },
  pipeTo: ({ body }) => (body as ReadableStream).pipeTo(new WritableStream()),
  pipeThrough: ({ body }) => text((body as ReadableStream).pipeThrough(new TransformStream())),
  'a tee': ({ body }) => {
    const [one, other] = (body as ReadableStream).tee()
    return Promise.all([text(one), text(other)])
  },
  'Readable.fromWeb': ({ body }) => text(Readable.fromWeb(body as never)),
  'a Response made of it': ({ body }) => new Response(body).text(),
}

async function drain(reader: ReadableStreamDefaultReader): Promise<void> {
  while (!(await reader.read()).done);
}

describe.each(fetches)('a body through %s', (_name, bare) => {
  describe.each(Object.entries(ways))('read by %s', (_way, read) => {
    test('counts as a success when it is complete', async () => {
      const { fetch, outcomeNames } = observedFetch(bare)
      const response = await fetch(`${service.origin}/stall/200`)
      const body = read(response)
      await turn()
      expect(outcomeNames()).toEqual([])
      service.release()
      await body
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['success'])
    })

    test('counts as a failure when it breaks off', async () => {
      const { fetch, outcomes } = observedFetch(bare)
      const error = await errorOf(read(await fetch(`${service.origin}/cut/200`)))
      expect(error).toBeInstanceOf(Error)
      await until(() => outcomes.length > 0)
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { message: 'terminated' } }])
    })
  })

  test.each(['/status/200', '/drip', '/gzip', '/status/404', '/elsewhere', '/status/200?content-length=0'])(
    'of %s is a success',
    async (path) => {
      const { fetch, outcomeNames } = observedFetch(bare)
      await errorOf((await fetch(service.origin + path)).text())
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['success'])
    },
  )

  test.each<[string, (response: Response) => Promise<unknown>, Outcome]>([
    ['that is not JSON', (response) => response.json(), 'success'],
    ['that is not a form', (response) => response.formData(), 'success'],
    ['that breaks off as JSON', async (response) => response.json(), 'failure'],
    ['that breaks off as a form', (response) => response.formData(), 'failure'],
  ])('%s is a failure only if it breaks off', async (_what, read, outcome) => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const path = outcome === 'failure' ? '/cut/200?content-type=application/x-www-form-urlencoded' : '/'
    expect(await errorOf(read(await fetch(service.origin + path)))).toBeInstanceOf(Error)
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual([outcome])
  })

  test('that is not read counts by its status, and can be read later', async () => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const response = await fetch(`${service.origin}/stall/200`)
    await until(() => outcomeNames().length > 0)
    service.release()
    expect(await response.text()).toBe('partlate')
    expect(outcomeNames()).toEqual(['success'])
  })

  test.each<[string, (response: Response) => unknown]>([
    ['the response', ({ body }) => body?.cancel()],
    ['both branches of a tee', ({ body }) => body?.tee().map((branch) => branch.cancel())],
    ['a clone and the response', (response) => [response.clone(), response].map(({ body }) => body?.cancel())],
  ])('cancelled before it is read, by cancelling %s, counts by its status', async (_what, cancel) => {
    const { fetch, outcomeNames } = observedFetch(bare)
    cancel(await fetch(`${service.origin}/stall/200`))
    expect(outcomeNames()).toEqual(['success'])
    await until(() => service.abandoned === 1)
  })

  test.each<[string, (body: ReadableStream) => Promise<unknown>]>([
    [
      'leaving the loop',
      async (body) => {
        for await (const _chunk of body) break
      },
    ],
    [
      'an error in the loop',
      async (body) => {
        for await (const _chunk of body) throw new Error('mine')
      },
    ],
    [
      'cancelling the reader',
      async (body) => {
        const reader = body.getReader()
        await reader.read()
        await reader.cancel()
      },
    ],
    [
      'a pipe whose destination fails',
      (body) => body.pipeTo(new WritableStream({ write: () => Promise.reject(new Error('full')) })),
    ],
    [
      'a pipe that is aborted',
      (body) => {
        const controller = new AbortController()
        const piped = body.pipeTo(new WritableStream({ write: () => controller.abort() }), {
          signal: controller.signal,
        })
        return piped
      },
    ],
    [
      'a Node.js stream that is destroyed',
      async (body) => {
        for await (const _chunk of Readable.fromWeb(body as never)) break
      },
    ],
  ])('that the caller stops reading is ignored: %s', async (_what, stop) => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const { body } = await fetch(`${service.origin}/stall/200`)
    await errorOf(stop(body as ReadableStream))
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual(['ignored'])
    await until(() => service.abandoned === 1)
  })

  test('of which a clone is cancelled still counts by the other branch', async () => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const response = await fetch(`${service.origin}/stall/200`)
    const copy = response.clone()
    const body = response.text()
    copy.body?.cancel()
    service.release()
    expect(await body).toBe('partlate')
    expect(outcomeNames()).toEqual(['success'])
  })

  test('of which one branch of a tee is cancelled while the other is read counts by the other', async () => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const [one, other] = (await fetch(`${service.origin}/stall/200`)).body?.tee() ?? []
    const rest = text(one as never)
    other?.cancel()
    service.release()
    expect(await rest).toBe('partlate')
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual(['success'])
  })

  test('that is read twice by mistake is not a failure, even if the first read bypasses the wrapper', async () => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const response = await fetch(service.origin)
    const unseen = Object.getPrototypeOf(Object.getPrototypeOf(response)).text.call(response)
    await errorOf(response.text())
    expect(await unseen).toBe('hello')
    await until(() => outcomeNames().length > 0)
    expect(outcomeNames()).toEqual(['success'])
  })

  test('that a pipe with preventCancel leaves behind can be read further', async () => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const body = (await fetch(`${service.origin}/stall/200`)).body as ReadableStream
    const full = new WritableStream({ write: () => Promise.reject(new Error('full')) })
    await errorOf(body.pipeTo(full, { preventCancel: true }))
    service.release()
    for await (const _chunk of body.values({ preventCancel: true })) break
    const rest = text(body)
    expect(outcomeNames()).toEqual([])
    await rest
    expect(outcomeNames()).toEqual(['success'])
  })

  test.each([408, 429, 500, 503])('of status %i counts at its headers', async (status) => {
    const { fetch, outcomes } = observedFetch(bare)
    const response = await fetch(`${service.origin}/stall/${status}`)
    expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: `HTTP_${status}` } }])
    service.release()
    expect(await response.text()).toBe('partlate')
    expect(outcomes).toHaveLength(1)
  })

  test.each<[string, string, RequestInit]>([
    ['of a HEAD', '/', { method: 'HEAD' }],
    ['of a 204', '/status/204', {}],
    ['of a 304', '/status/304', {}],
    ['that is an event stream', '/events', {}],
  ])('%s counts at its headers', async (_what, path, init) => {
    const { fetch, outcomeNames } = observedFetch(bare)
    const response = await fetch(service.origin + path, init)
    expect(outcomeNames()).toEqual(['success'])
    await response.body?.cancel()
    expect(outcomeNames()).toEqual(['success'])
  })

  test('that is an event stream counts as a failure when it breaks off, with settleAt: body given', async () => {
    const { fetch, outcomes } = observedFetch(bare, { settleAt: 'body' })
    const { body } = await fetch(`${service.origin}/cut/200?content-type=text/event-stream`)
    const events = (body as ReadableStream).values()
    expect(String(Buffer.from((await events.next()).value))).toBe('part of the body')
    expect(outcomes).toEqual([])
    await errorOf(events.next())
    expect(outcomes).toMatchObject([{ outcome: 'failure', error: { message: 'terminated' } }])
  })

  test('that is an event stream is ignored if its reader stops, with settleAt: body given', async () => {
    const { fetch, outcomeNames } = observedFetch(bare, { settleAt: 'body' })
    for await (const _event of (await fetch(`${service.origin}/events`)).body as ReadableStream) break
    expect(outcomeNames()).toEqual(['ignored'])
  })

  test('counts at its headers with settleAt: headers', async () => {
    const { fetch, outcomeNames } = observedFetch(bare, { settleAt: 'headers' })
    const response = await fetch(`${service.origin}/cut/200`)
    expect(outcomeNames()).toEqual(['success'])
    await errorOf(response.text())
    expect(outcomeNames()).toEqual(['success'])
  })

  test('that breaks off is classified with its response and its error', async () => {
    const { fetch, outcomeNames } = observedFetch(bare, {
      classify: ({ error, response }) => (error && response?.status === 200 ? 'ignored' : undefined),
    })
    await errorOf((await fetch(`${service.origin}/cut/200`)).text())
    expect(outcomeNames()).toEqual(['ignored'])
  })
})
