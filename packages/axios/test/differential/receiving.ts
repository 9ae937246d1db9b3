import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { progress, type Scenario } from './trace.ts'

/** Responses. */
export const receiving: readonly Scenario[] = [
  {
    what: 'JSON is parsed, other text is not',
    run: async ({ instance }) => [await instance.get('/status/200'), await instance.get('/')],
    shows: { result: [{ data: { well: true } }, { data: 'hello' }] },
  },
  {
    what: 'header names are case-insensitive',
    run: async ({ instance }) => {
      const { headers } = await instance.get('/status/200?X-One=1&set-cookie=a')
      return [
        headers['x-one'],
        (headers as unknown as { get(name: string): string }).get('X-ONE'),
        [headers['set-cookie']].flat(),
      ]
    },
    shows: { result: ['1', '1', ['a']] },
  },
  ...(['text', 'json', 'arraybuffer'] as const).map((responseType) => ({
    what: `a body as ${responseType}`,
    run: ({ instance }: Parameters<Scenario['run']>[0]) => instance.get('/status/200', { responseType }),
    shows: { result: { status: 200 } },
  })),
  {
    what: 'a body as a blob',
    run: async ({ instance }) => (await instance.get<Blob>('/', { responseType: 'blob' })).data.text(),
    shows: { result: 'hello' },
    only: 'fetch',
  },
  {
    what: 'a body as a stream',
    run: async ({ instance }) => {
      const { data, ...response } = await instance.get('/gzip', { responseType: 'stream' })
      return { ...response, kind: Object.prototype.toString.call(data), text: await text(data) }
    },
    shows: { result: { status: 200, text: 'hello '.repeat(10_000) } },
  },
  {
    what: 'a stream is read in chunks, or cancelled after the first',
    run: async ({ instance, log }) => {
      const { data } = await instance.get('/drip', { responseType: 'stream' })
      for await (const chunk of data) {
        log(`${chunk.constructor.name} of ${chunk[0]}`)
        break
      }
    },
    shows: { log: [expect.stringMatching('of 46')] },
  },
  {
    what: 'a stream that breaks off',
    run: async ({ instance }) => text((await instance.get('/cut/200', { responseType: 'stream' })).data),
    shows: { error: { name: expect.stringMatching('Error') } },
  },
  {
    what: 'a stream of a rejected status',
    run: async ({ instance }) => {
      const error = await instance.get('/status/404', { responseType: 'stream' }).catch((reason) => reason)
      return [error.code, await text(error.response.data)]
    },
    shows: { result: ['ERR_BAD_REQUEST', '{"well":true}'] },
  },
  {
    what: 'the progress of a download is reported',
    async run({ instance, log }) {
      let last = ''
      const { data } = await instance.get('/drip', { onDownloadProgress: (event) => (last = progress(event)) })
      log(last)
      return data
    },
    shows: { result: '.'.repeat(20), log: ['{"loaded":20,"total":20,"lengthComputable":true,"download":true}'] },
  },
  {
    what: 'a compressed body is decompressed, unless decompress is false',
    run: async ({ instance }) => [
      (await instance.get('/gzip')).data.length,
      (await instance.get('/gzip', { decompress: false, responseType: 'arraybuffer' })).data.length < 1_000,
    ],
    shows: { result: [60_000, true] },
    only: 'http',
  },
  {
    what: 'a response without content',
    run: async ({ instance }) => [await instance.get('/status/204'), await instance.head('/status/200')],
    shows: {
      result: [
        { status: 204, data: '' },
        { status: 200, data: '' },
      ],
    },
  },
  {
    what: 'a redirect is followed',
    run: async ({ instance }) => (await instance.get('/elsewhere')).data,
    shows: { result: { well: true } },
  },
  {
    what: 'a redirect is not followed if maxRedirects is 0',
    run: ({ instance }) => instance.get('/elsewhere', { maxRedirects: 0 }),
    shows: { error: { status: 302 } },
    only: 'http',
  },
  {
    what: 'beforeRedirect is called',
    run: ({ instance, log }) =>
      instance.get('/elsewhere', { beforeRedirect: (options) => log(`to ${options['path']}`) }),
    shows: { log: ['to /status/200'] },
    only: 'http',
  },
  {
    what: 'validateStatus decides what resolves',
    run: async ({ instance }) => [
      await instance.get('/status/503', { validateStatus: () => true }),
      await instance.get('/status/404', { validateStatus: null }),
      await instance.get('/status/200', { validateStatus: (status) => status === 404 }).catch((error) => error),
    ],
    shows: { result: [{ status: 503 }, { status: 404 }, { message: 'Request failed with status code 200' }] },
  },
  {
    what: 'transformResponse receives data, headers and status, and returns the data',
    run: ({ instance, log }) =>
      instance.get('/status/201?x-a=1', {
        transformResponse: [
          (data, headers, status) => {
            log(`${data} ${headers.get('x-a')} ${status}`)
            return 'first'
          },
          (data) => `${data} second`,
        ],
      }),
    shows: { log: ['{"well":true} 1 201'], result: { data: 'first second' } },
  },
  {
    what: 'transformResponse throws',
    run: ({ instance }) =>
      instance.get('/', {
        transformResponse: () => {
          throw new SyntaxError('no such format')
        },
      }),
    shows: { error: { message: 'no such format' } },
  },
  {
    what: 'invalid JSON without silentJSONParsing',
    run: ({ instance }) => instance.get('/', { responseType: 'json', transitional: { silentJSONParsing: false } }),
    shows: { error: { code: 'ERR_BAD_RESPONSE' } },
  },
  {
    what: 'a data URL',
    run: ({ instance }) => instance.get('data:text/plain,hello', { responseType: 'text' }),
    shows: { result: { data: 'hello', status: 200 } },
  },
]
