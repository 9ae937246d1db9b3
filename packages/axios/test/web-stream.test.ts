import { deferred } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { observeWebStream } from '../src/web-stream.ts'

/** Timers of the same delay fire in the order in which they were set. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
const bytes = (text: string) => new TextEncoder().encode(text)

/** A body of the chunks given, which fails or hangs after them if asked to; and what is told of it. */
function watchedBody(
  chunks: readonly Uint8Array[],
  { type, last }: { type?: 'bytes'; last?: Promise<void> } = {},
): { body: ReadableStream<Uint8Array>; told: unknown[]; read: () => number; cancelledWith: () => unknown } {
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
  const told: unknown[] = []
  const body = observeWebStream(original, (...all) => told.push(all.filter((it) => it !== undefined)))
  return { body, told, read: () => read, cancelledWith: () => cancelledWith }
}

describe.each([undefined, 'bytes'] as const)('a watched body of type %s', (type) => {
  const options = type ? { type } : {}

  test('gives the same chunks and is told to be complete at its end', async () => {
    const { body, told } = watchedBody([bytes('one '), bytes('two')], options)
    expect(await new Response(body).text()).toBe('one two')
    expect(told).toEqual([['complete']])
  })

  test('reads nothing ahead', async () => {
    const { body, read } = watchedBody([bytes('one'), bytes('two')], options)
    await turn()
    expect(read()).toBe(0)
    await body.getReader().read()
    expect(read()).toBe(1)
  })

  test('that nobody reads is told so, and how it ends if it does after all', async () => {
    const { body, told } = watchedBody([bytes('one')], options)
    await turn()
    expect(told).toEqual([['unread']])
    expect(await new Response(body).text()).toBe('one')
    expect(told).toEqual([['unread'], ['complete']])
  })

  test('that somebody has begun to read is not told to be unread', async () => {
    const { body, told } = watchedBody([bytes('one')], { ...options, last: new Promise(() => {}) })
    const reader = body.getReader()
    await reader.read()
    reader.read()
    await turn()
    expect(told).toEqual([])
  })

  test('that is cancelled before anything of it was read is complete: only its headers were wanted', async () => {
    const { body, told, cancelledWith } = watchedBody([bytes('one')], options)
    await body.cancel('not needed')
    await turn()
    expect(cancelledWith()).toBe('not needed')
    expect(told).toEqual([['complete']])
  })

  test('that is cancelled passes the reason on', async () => {
    const { body, told, cancelledWith } = watchedBody([bytes('one')], options)
    const reader = body.getReader()
    await reader.read()
    await reader.cancel('enough')
    await turn()
    expect(cancelledWith()).toBe('enough')
    expect(told).toEqual([['cancelled']])
  })

  test('that is cancelled while a chunk is awaited', async () => {
    const { promise, resolve } = deferred()
    const { body, told } = watchedBody([], { ...options, last: promise })
    const reader = body.getReader()
    const chunk = reader.read()
    await turn()
    await reader.cancel()
    resolve()
    expect(await chunk).toEqual({ done: true, value: undefined })
    await turn()
    expect(told).toEqual([['cancelled']])
  })

  test('that breaks off passes its error on', async () => {
    const { promise, reject } = deferred()
    const { body, told } = watchedBody([bytes('one')], { ...options, last: promise })
    const text = new Response(body).text()
    const problem = new Error('reset')
    reject(problem)
    await expect(text).rejects.toBe(problem)
    expect(told).toEqual([['broken', problem]])
  })

  test('can be split in two', async () => {
    const { body, told } = watchedBody([bytes('one')], options)
    const [left, right] = body.tee()
    expect(await Promise.all([new Response(left).text(), new Response(right).text()])).toEqual(['one', 'one'])
    expect(told).toEqual([['complete']])
  })
})

test('a body of bytes can still be read into a buffer of the caller', async () => {
  const { body, told } = watchedBody([bytes('hello')], { type: 'bytes' })
  const reader = body.getReader({ mode: 'byob' })
  const { value } = await reader.read(new Uint8Array(3))
  expect(new TextDecoder().decode(value)).toBe('hel')
  const { value: rest } = await reader.read(new Uint8Array(3))
  expect(new TextDecoder().decode(rest)).toBe('lo')
  expect(await reader.read(new Uint8Array(3))).toMatchObject({ done: true })
  expect(told).toEqual([['complete']])
})

test('empty chunks are left out', async () => {
  const { body } = watchedBody([bytes(''), bytes('one'), bytes(''), bytes('')])
  expect(await new Response(body).text()).toBe('one')
})

test('a chunk that is part of a larger buffer leaves that buffer alone', async () => {
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

test('its reader can be told another error than the watcher', async () => {
  const told: unknown[] = []
  const original = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error('reset')
    },
  })
  const body = observeWebStream(
    original,
    (_end, error) => told.push((error as Error).message),
    () => new Error('too late'),
  )
  await expect(new Response(body).text()).rejects.toThrow('too late')
  expect(told).toEqual(['reset'])
})
