import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import type { AxiosRequestConfig, AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { protectAxios } from '../src/index.ts'
import { watched } from './attempt.ts'
import { begun, type ClientOptions, cancel, streamingClient } from './streaming-client.ts'

/** When the outcome of a streamed body is known, and what it is, for every supported axios. */
export function streamSuite(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeEach(async () => {
    service = await dependency()
  })
  afterEach(() => service.close())

  describe('a streamed body', () => {
    const client = (options?: ClientOptions) => streamingClient(axios, adapter, service.origin, options)

    test('counts when it is complete', async () => {
      const { get, told } = client()
      const { data } = await get('/stall/200')
      const chunks = data[Symbol.asyncIterator]()
      expect(String(Buffer.from((await chunks.next()).value))).toBe('part')
      await new Promise((resolve) => setTimeout(resolve))
      expect(told()).toEqual([])
      service.release()
      expect(String(Buffer.from((await chunks.next()).value))).toBe('late')
      expect((await chunks.next()).done).toBe(true)
      expect(told()).toEqual(['success'])
    })

    test.each(['/drip', '/gzip', '/status/404'])('%s is a success', async (path) => {
      const { get, told } = client()
      expect(await text((await get(path)).data)).not.toBe('')
      expect(told()).toEqual(['success'])
    })

    test.each(['/cut/200', '/cut/404', '/cut-chunks', '/broken-gzip', '/broken-br', '/broken-chunks'])(
      '%s is a failure once it breaks off',
      async (path) => {
        const { get, outcomes, told } = client()
        const problem = await get(path)
          .then(({ data }) => text(data))
          .catch((error) => error)
        expect(problem).toBeInstanceOf(Error)
        await until(() => outcomes.length > 0)
        expect(told()).toEqual(['failure'])
      },
    )

    test('with a failing status is a failure at once, by its status', async () => {
      const { get, outcomes } = client()
      await get('/stall/503?retry-after=7')
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: 'HTTP_503', retryAfterMs: 7_000 } }])
    })

    describe.each<[string, AxiosRequestConfig]>([
      ['as it comes', {}],
      ['with progress', { onDownloadProgress: () => {} }],
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
      ])('that its reader abandons is ignored: %s', async (_what, abandon) => {
        const { get, told } = client()
        const { data } = await get('/stall/200', config)
        abandon(data)
        await until(() => told().length > 0)
        expect(told()).toEqual(['ignored'])
      })
    })

    test('that is cancelled before anything of it was read counts by its status: only the headers were wanted', async () => {
      const { get, told } = client()
      cancel((await get('/stall/200')).data)
      await until(() => told().length > 0)
      expect(told()).toEqual(['success'])
    })

    test('that breaks off downstream is ignored: the disk is full', async () => {
      const { get, told } = client()
      const { data } = await get('/stall/200')
      const disk = new PassThrough({
        transform: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' })),
      })
      await expect(pipeline(data, disk)).rejects.toThrow('full')
      await until(() => told().length > 0)
      expect(told()).toEqual(['ignored'])
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
        'time',
        () => {
          const controller = new AbortController()
          // As AbortSignal.timeout does, but when the test wants it.
          return {
            signal: controller.signal,
            abort: () => controller.abort(new DOMException('too late', 'TimeoutError')),
          }
        },
        'failure',
      ],
    ])('that is ended by %s', async (_what, make, outcome) => {
      const { get, told } = client()
      const { abort, ...config } = make()
      const { data } = await get('/stall/200', config)
      const body = text(data).catch((error) => error)
      abort()
      expect(await body).toBeInstanceOf(Error)
      await until(() => told().length > 0)
      expect(told()).toEqual([outcome])
    })

    test('that nobody reads counts by its status', async () => {
      const { get, told } = client()
      const { data } = await get('/stall/200')
      await until(() => told().length > 0)
      expect(told()).toEqual(['success'])
      service.release()
      expect(await text(data)).toBe('partlate')
      expect(told()).toEqual(['success'])
    })

    test('that is a stream of events counts at its headers', async () => {
      const { get, told } = client()
      const { data } = await get('/events')
      expect(told()).toEqual(['success'])
      for await (const _chunk of data) break
      expect(told()).toEqual(['success'])
    })

    test('counts at its headers where that is asked for', async () => {
      const { get, told } = client({ settleAt: 'headers' })
      const { data } = await get('/cut/200')
      expect(told()).toEqual(['success'])
      await text(data).catch(() => {})
      expect(told()).toEqual(['success'])
    })

    test('is classified by response and error', async () => {
      const { get, told } = client({
        classify: ({ error, response }) => (error && response?.status === 200 ? 'ignored' : undefined),
      })
      const { data } = await get('/cut/200')
      await text(data).catch(() => {})
      await until(() => told().length > 0)
      expect(told()).toEqual(['ignored'])
    })
  })

  test('an error of a stream that nobody listens to is still nobody’s', async () => {
    const { registry } = watched()
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
