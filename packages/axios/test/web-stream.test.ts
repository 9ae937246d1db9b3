import { deferred } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { observeWebStream } from '../src/web-stream.ts'

/** Timers of the same delay fire in the order in which they were set. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
const bytes = (text: string) => new TextEncoder().encode(text)

/** A body of these chunks, which settles as `last` does after them; and the ends that it reports. */
function observedBody(
  chunks: readonly Uint8Array[],
  { type, last }: { type?: 'bytes'; last?: Promise<void> } = {},
): { body: ReadableStream<Uint8Array>; ends: unknown[]; read: () => number; cancelledWith: () => unknown } {
  let read = 0
  let cancelledWith: unknown
  const source = {
    async pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
      const chunk = chunks[read++]
      if (chunk !== undefined) return controller.enqueue(chunk.slice())
      await last
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    cancel(reason: unknown) {
      cancelledWith = reason
    },
  }
  const strategy = { highWaterMark: 0 }
  const original = (
    type ? new ReadableStream({ ...source, type }, strategy) : new ReadableStream(source, strategy)
  ) as ReadableStream<Uint8Array>
  const ends: unknown[] = []
  const body = observeWebStream(original, (...all) => ends.push(all.filter((it) => it !== undefined)))
  return { body, ends, read: () => read, cancelledWith: () => cancelledWith }
}

describe.each([undefined, 'bytes'] as const)('an observed body of type %s', (type) => {
  const options = type ? { type } : {}

  test('has the same chunks and reports its end as complete', async () => {
    const { body, ends } = observedBody([bytes('one '), bytes('two')], options)
    expect(await new Response(body).text()).toBe('one two')
    expect(ends).toEqual([['complete']])
  })

  test('does not read ahead', async () => {
    const { body, read } = observedBody([bytes('one'), bytes('two')], options)
    await turn()
    expect(read()).toBe(0)
    await body.getReader().read()
    expect(read()).toBe(1)
  })

  test('that is not read reports unread, and how it ends if it is read later', async () => {
    const { body, ends } = observedBody([bytes('one')], options)
    await turn()
    expect(ends).toEqual([['unread']])
    expect(await new Response(body).text()).toBe('one')
    expect(ends).toEqual([['unread'], ['complete']])
  })

  test('that is being read does not report unread', async () => {
    const { body, ends } = observedBody([bytes('one')], { ...options, last: new Promise(() => {}) })
    const reader = body.getReader()
    await reader.read()
    reader.read()
    await turn()
    expect(ends).toEqual([])
  })

  test('that is cancelled unread is complete', async () => {
    const { body, ends, cancelledWith } = observedBody([bytes('one')], options)
    await body.cancel('not needed')
    await turn()
    expect(cancelledWith()).toBe('not needed')
    expect(ends).toEqual([['complete']])
  })

  test('that is cancelled passes the reason on, and reports cancelled', async () => {
    const { body, ends, cancelledWith } = observedBody([bytes('one')], options)
    const reader = body.getReader()
    await reader.read()
    await reader.cancel('enough')
    await turn()
    expect(cancelledWith()).toBe('enough')
    expect(ends).toEqual([['cancelled']])
  })

  test('that is cancelled while a chunk is awaited reports cancelled', async () => {
    const { promise, resolve } = deferred()
    const { body, ends } = observedBody([], { ...options, last: promise })
    const reader = body.getReader()
    const chunk = reader.read()
    await turn()
    await reader.cancel()
    resolve()
    expect(await chunk).toEqual({ done: true, value: undefined })
    await turn()
    expect(ends).toEqual([['cancelled']])
  })

  test('that breaks off passes its error on, and reports broken', async () => {
    const { promise, reject } = deferred()
    const { body, ends } = observedBody([bytes('one')], { ...options, last: promise })
    const text = new Response(body).text()
    const problem = new Error('reset')
    reject(problem)
    await expect(text).rejects.toBe(problem)
    expect(ends).toEqual([['broken', problem]])
  })

  test('can be split in two branches', async () => {
    const { body, ends } = observedBody([bytes('one')], options)
    const [left, right] = body.tee()
    expect(await Promise.all([new Response(left).text(), new Response(right).text()])).toEqual(['one', 'one'])
    expect(ends).toEqual([['complete']])
  })
})

test('a body of bytes can still be read into a buffer of the caller', async () => {
  const { body, ends } = observedBody([bytes('hello')], { type: 'bytes' })
  const reader = body.getReader({ mode: 'byob' })
  const { value } = await reader.read(new Uint8Array(3))
  expect(new TextDecoder().decode(value)).toBe('hel')
  const { value: rest } = await reader.read(new Uint8Array(3))
  expect(new TextDecoder().decode(rest)).toBe('lo')
  expect(await reader.read(new Uint8Array(3))).toMatchObject({ done: true })
  expect(ends).toEqual([['complete']])
})

test('empty chunks are left out', async () => {
  const { body } = observedBody([bytes(''), bytes('one'), bytes(''), bytes('')])
  expect(await new Response(body).text()).toBe('one')
})

test('a chunk that is part of a larger buffer does not detach that buffer', async () => {
  const pool = bytes('one two three')
  const original = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(pool.subarray(4, 7))
      controller.close()
    },
  })
  expect(await new Response(observeWebStream(original, () => {})).text()).toBe('two')
  expect(new TextDecoder().decode(pool)).toBe('one two three')
})

test('the reader of a broken body can get another error than the listener', async () => {
  const ends: unknown[] = []
  const original = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error('reset')
    },
  })
  const body = observeWebStream(
    original,
    (_end, error) => ends.push((error as Error).message),
    () => new Error('too late'),
  )
  await expect(new Response(body).text()).rejects.toThrow('too late')
  expect(ends).toEqual(['reset'])
})
