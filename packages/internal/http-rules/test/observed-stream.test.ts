import { deferred } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { BodyMonitor, observedStream } from '../src/index.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
const bytes = (text: string) => new TextEncoder().encode(text)

/** A body of these chunks, which settles as `last` does after them; and the ends that it reports. */
function observedBody(
  chunks: readonly Uint8Array[],
  { type, last }: { type?: 'bytes'; last?: Promise<void> } = {},
): { original: ReadableStream; body: ReadableStream; ends: unknown[]; read: () => number; reason: () => unknown } {
  let read = 0
  let reason: unknown
  const source = {
    async pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
      const chunk = chunks[read++]
      if (chunk !== undefined) return controller.enqueue(chunk.slice())
      await last
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    cancel(given: unknown) {
      reason = given
    },
  }
  const strategy = { highWaterMark: 0 }
  const original = type ? new ReadableStream({ ...source, type }, strategy) : new ReadableStream(source, strategy)
  const ends: unknown[] = []
  const monitor = new BodyMonitor()
  monitor.addListener((...all) => ends.push(all.filter((it) => it !== undefined)))
  const body = observedStream(original, monitor)
  return { original, body, ends, read: () => read, reason: () => reason }
}

describe.each([undefined, 'bytes'] as const)('an observed stream of type %s', (type) => {
  const options = type ? { type } : {}

  test('is the same object, has the same chunks and reports its end as complete', async () => {
    const { original, body, ends } = observedBody([bytes('one '), bytes('two')], options)
    expect(body).toBe(original)
    expect(await new Response(body).text()).toBe('one two')
    await turn()
    expect(ends).toEqual([['complete']])
  })

  test('is not read ahead', async () => {
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
    await turn()
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
    const { body, ends, reason } = observedBody([bytes('one')], options)
    await body.cancel('not needed')
    await turn()
    expect(reason()).toBe('not needed')
    expect(ends).toEqual([['complete']])
  })

  test.each([false, true])(
    'that is cancelled after a chunk reports cancelled (its reader released: %s)',
    async (isReleased) => {
      const { body, ends, reason } = observedBody([bytes('one')], options)
      const reader = body.getReader()
      await reader.read()
      if (isReleased) reader.releaseLock()
      await (isReleased ? body : reader).cancel('enough')
      await turn()
      expect(reason()).toBe('enough')
      expect(ends).toEqual([['cancelled']])
    },
  )

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
    await turn()
    expect(ends).toEqual([['broken', problem]])
  })

  test('can be split in two branches', async () => {
    const { body, ends } = observedBody([bytes('one')], options)
    const [left, right] = body.tee()
    expect(await Promise.all([new Response(left).text(), new Response(right).text()])).toEqual(['one', 'one'])
    await turn()
    expect(ends).toEqual([['complete']])
  })
})
