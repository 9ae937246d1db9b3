import { text } from 'node:stream/consumers'
import { type Dependency, dependency, until } from '@cb/test-kit'
import type { AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientOptions, streamingClient } from './streaming-client.ts'

/** Tests of how long a streamed body may take, for every supported axios. */
export function streamLimitSuite(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeEach(async () => {
    service = await dependency()
  })
  afterEach(() => service.close())

  describe('a streamed body', () => {
    const client = (options?: ClientOptions) => streamingClient(axios, adapter, service.origin, options)

    test('is ended by the call timeout, which closes the connection', async () => {
      const { get, outcomes } = client()
      const error = await get('/stall/200', { circuitBreaker: { callTimeout: 300 } })
        .then(({ data }) => text(data))
        .catch((reason) => reason)
      expect(error).toBeInstanceOf(axios.AxiosError)
      expect(error).toMatchObject({ code: 'ETIMEDOUT', cause: { code: 'ECALLTIMEOUT', callTimeout: 300 } })
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: 'ETIMEDOUT' } }])
      await until(() => service.abandoned === 1)
    })

    test('that is read slowly is ended by the call timeout too', async () => {
      const { get, outcomeNames } = client()
      const { data } = await get('/stall/200', { circuitBreaker: { callTimeout: 500 } })
      const chunks = data[Symbol.asyncIterator]()
      await chunks.next()
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['failure'])
      await expect(chunks.next()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    })

    test.each(['/stall/200', '/stall/503'])('of %s that is not read is ended by the call timeout too', async (path) => {
      const { get, outcomeNames } = client()
      const { status } = await get(path, { circuitBreaker: { callTimeout: 300 } })
      await until(() => service.abandoned === 1)
      expect(outcomeNames()).toEqual([status === 200 ? 'success' : 'failure'])
    })

    test('has no time limit with settleAt: headers', async () => {
      const { get } = client({ settleAt: 'headers' })
      const { data } = await get('/stall/200', { circuitBreaker: { callTimeout: 500 } })
      setTimeout(() => service.release(), 600)
      expect(await text(data)).toBe('partlate')
    })

    test('can still be aborted by the caller after its outcome is known', async () => {
      const { get } = client({ settleAt: 'headers' })
      const controller = new AbortController()
      const { data } = await get('/stall/200', { signal: controller.signal, circuitBreaker: { callTimeout: 10_000 } })
      const body = text(data).catch((error) => error)
      controller.abort()
      expect(await body).toBeInstanceOf(Error)
      await until(() => service.abandoned === 1)
    })
  })
}
