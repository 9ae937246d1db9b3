import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen, until } from '@cb/test-kit'
import type { AxiosStatic } from 'axios'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientOptions, streamingClient } from './streaming-client.ts'

/** Tests of how long a streamed body may be silent. */
export function idleTimeoutSuite(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  /** A service that says "part", and then what the test says. */
  const responses: ServerResponse[] = []
  let closed: number
  const speak = (_request: IncomingMessage, response: ServerResponse) => {
    responses.push(response)
    response.on('close', () => {
      closed += 1
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('part')
  }
  let origin: string
  let close: () => Promise<void>
  beforeEach(async () => {
    responses.length = 0
    closed = 0
    ;({ origin, close } = await listen(speak))
  })
  afterEach(() => close())

  describe('with idleTimeout, a streamed body', () => {
    const client = (idleTimeout: number, options?: ClientOptions) =>
      streamingClient(axios, adapter, origin, { idleTimeout, settleAt: 'body', ...options })

    test('fails with the timeout error of axios when the service falls silent, and counts as a failure', async () => {
      const { get, outcomes } = client(40)
      const { data } = await get('/')
      const error = await text(data).catch((reason) => reason)
      expect(error).toBeInstanceOf(axios.AxiosError)
      expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'timeout of 40ms exceeded' })
      expect(error.cause).toMatchObject({ name: 'TimeoutError', message: 'the body was silent for 40 ms' })
      expect(outcomes).toMatchObject([{ outcome: 'failure', error: { code: 'ETIMEDOUT' } }])
      await until(() => closed === 1)
    })

    test('is complete if the silences are shorter', async () => {
      const { get, outcomeNames } = client(60_000)
      const body = text((await get('/')).data)
      responses[0]?.write(' and more')
      responses[0]?.end(' and end')
      expect(await body).toBe('part and more and end')
      expect(outcomeNames()).toEqual(['success'])
    })

    test('that breaks off fails as without a limit', async () => {
      const { get, outcomeNames } = client(60_000)
      const body = text((await get('/')).data).catch((error) => error)
      responses[0]?.destroy()
      expect((await body).code).not.toBe('ETIMEDOUT')
      await until(() => outcomeNames().length > 0)
      expect(outcomeNames()).toEqual(['failure'])
    })

    test('is not ended while nobody reads it', async () => {
      const { get } = client(300)
      const { data } = await get('/')
      await new Promise((resolve) => setTimeout(resolve, 700)) // more than twice the limit
      responses[0]?.end(' and end')
      expect(await text(data)).toBe('part and end')
    })
  })
}
