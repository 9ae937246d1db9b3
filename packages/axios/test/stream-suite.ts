import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import type { AxiosRequestConfig, AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'
import { begun, type ClientOptions, cancel, streamingClient } from './streaming-client.ts'

/** Tests of when the outcome of a streamed body is known, and what it is, for every supported axios. */
export function streamSuite(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeEach(async () => {
    service = await dependency()
  })
  afterEach(() => service.close())

  describe('a streamed body', () => {
    const client = (options?: ClientOptions) => streamingClient(axios, adapter, service.origin, options)

    test('counts as a success when it is complete', async () => {
      const { get, outcomeNames } = client()
      const { data } = await get('/stall/200')
      const chunks = data[Symbol.asyncIterator]()
      expect(String(Buffer.from((await chunks.next()).value))).toBe('part')
      await new Promise((resolve) => setTimeout(resolve))
      expect(outcomeNames()).toEqual([])
      service.release()
      expect(String(Buffer.from((await chunks.next()).value))).toBe('late')
      expect((await chunks.next()).done).toBe(true)
      expect(outcomeNames()).toEqual(['success'])
    })

    test.each(['/drip', '/gzip', '/status/404'])('of %s is a success', async (path) => {
      const { get, outcomeNames } = client()
      expect(await text((await get(path)).data)).not.toBe('')
      expect(outcomeNames()).toEqual(['success'])
    })

    test.each(['/cut/200', '/cut/404', '/cut-chunks', '/broken-gzip', '/broken-br', '/broken-chunks'])(
      'of %s is a failure once it breaks off',
      async (path) => {
        const { get, outcomes, outcomeNames } = client()
        const problem = await get(path)
          .then(({ data }) => text(data))
          .catch((error) => error)
        expect(problem).toBeInstanceOf(Error)
        await until(() => outcomes.length > 0)
        expect(outcomeNames()).toEqual(['failure'])
      },
    )

    test('of events counts as a failure once it breaks off, with settleAt: body given', async () => {
      const path = '/cut/200?content-type=text/event-stream'
      const byDefault = client()
      await text((await byDefault.get(path)).data).catch(() => {})
      expect(byDefault.outcomeNames()).toEqual(['success'])
      const { get, outcomeNames } = client({ settleAt: 'body' })
      await text((await get(path)).data).catch(() => {})
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['failure'])
    })

    test('with a failing status is a failure at its headers', async () => {
      const { get, outcomes } = client()
      await get('/stall/503?retry-after=7')
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: 'HTTP_503', retryAfterMs: 7_000 } }])
    })

    describe.each<[string, AxiosRequestConfig]>([
      ['without progress events', {}],
      ['with progress events', { onDownloadProgress: () => {} }],
    ])('%s,', (_how, config) => {
      test.each<[string, (data: Readable) => unknown]>([
        [
          'leaves the loop',
          async (data) => {
            for await (const _chunk of data) break
          },
        ],
        ['cancels it', async (data) => cancel(await begun(data))],
        ['cancels it with an error', async (data) => cancel(await begun(data), new Error('enough'))],
      ])('is ignored if its reader %s', async (_what, abandon) => {
        const { get, outcomeNames } = client()
        const { data } = await get('/stall/200', config)
        abandon(data)
        await until(() => outcomeNames().length > 0)
        expect(outcomeNames()).toEqual(['ignored'])
      })
    })

    test('that is cancelled unread counts by its status', async () => {
      const { get, outcomeNames } = client()
      cancel((await get('/stall/200')).data)
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['success'])
    })

    test('is ignored if its destination fails', async () => {
      const { get, outcomeNames } = client()
      const { data } = await get('/stall/200')
      const disk = new PassThrough({
        transform: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' })),
      })
      await expect(pipeline(data, disk)).rejects.toThrow('full')
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['ignored'])
    })

    test.each<[string, () => AxiosRequestConfig & { abort(): void }, Outcome]>([
      [
        'an AbortController',
        () => {
          const controller = new AbortController()
          return { signal: controller.signal, abort: () => controller.abort() }
        },
        'ignored',
      ],
      [
        'a CancelToken',
        () => {
          const { token, cancel } = axios.CancelToken.source()
          return { cancelToken: token, abort: () => cancel('no longer needed') }
        },
        'ignored',
      ],
      [
        'a timeout',
        () => {
          const controller = new AbortController()
          // What AbortSignal.timeout does, but at a moment that the test chooses.
          return {
            signal: controller.signal,
            abort: () => controller.abort(new DOMException('too late', 'TimeoutError')),
          }
        },
        'failure',
      ],
    ])('that is ended by %s', async (_what, make, outcome) => {
      const { get, outcomeNames } = client()
      const { abort, ...config } = make()
      const { data } = await get('/stall/200', config)
      const body = text(data).catch((error) => error)
      abort()
      expect(await body).toBeInstanceOf(Error)
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual([outcome])
    })

    test('that is not read counts by its status', async () => {
      const { get, outcomeNames } = client()
      const { data } = await get('/stall/200')
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['success'])
      service.release()
      expect(await text(data)).toBe('partlate')
      expect(outcomeNames()).toEqual(['success'])
    })

    test('that is an event stream counts at its headers', async () => {
      const { get, outcomeNames } = client()
      const { data } = await get('/events')
      expect(outcomeNames()).toEqual(['success'])
      for await (const _chunk of data) break
      expect(outcomeNames()).toEqual(['success'])
    })

    test('counts at its headers with settleAt: headers', async () => {
      const { get, outcomeNames } = client({ settleAt: 'headers' })
      const { data } = await get('/cut/200')
      expect(outcomeNames()).toEqual(['success'])
      await text(data).catch(() => {})
      expect(outcomeNames()).toEqual(['success'])
    })

    test('that breaks off is classified with its response and its error', async () => {
      const { get, outcomeNames } = client({
        classify: ({ error, response }) => (error && response?.status === 200 ? 'ignored' : undefined),
      })
      const { data } = await get('/cut/200')
      await text(data).catch(() => {})
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['ignored'])
    })
  })

  test('a protected stream has no more error listeners than a bare one', async () => {
    const { registry } = recordOutcomes()
    const instance = axios.create({ responseType: 'stream' })
    protectAxios(instance, { registry })
    const { data } = await instance.get<Readable>(`${service.origin}/stall/200`)
    expect(data.listenerCount('error')).toBe(
      (await axios.get(`${service.origin}/stall/200`, { responseType: 'stream' })).data.listenerCount('error'),
    )
    data.destroy()
    await once(data, 'close')
  })
}
