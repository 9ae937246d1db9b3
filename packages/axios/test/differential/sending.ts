import { Readable } from 'node:stream'
import { expect } from 'vitest'
import { progress, type Scenario } from './trace.ts'

/** Each multipart body has another boundary. */
const withoutBoundary = ({ data }: { data: { body: string } }) => {
  const [boundary = ''] = data.body.split('\r\n')
  return data.body.replaceAll(boundary, '--boundary')
}

/** Request bodies. */
export const sending: readonly Scenario[] = [
  {
    what: 'an object is sent as JSON',
    run: ({ instance }) => instance.post('/echo', { a: [1, { b: 'ü' }] }),
    shows: { result: { data: { body: '{"a":[1,{"b":"ü"}]}', headers: { 'content-type': 'application/json' } } } },
  },
  {
    what: 'a string, a buffer and an ArrayBuffer are sent unchanged',
    run: async ({ instance }) => [
      await instance.post('/echo', 'text'),
      await instance.post('/echo', Buffer.from('buffer')),
      await instance.post('/echo', new TextEncoder().encode('array').buffer),
    ],
    shows: { result: [{ data: { body: 'text' } }, { data: { body: 'buffer' } }, { data: { body: 'array' } }] },
  },
  {
    what: 'URLSearchParams and objects are sent as a form',
    run: async ({ instance }) => [
      await instance.post('/echo', new URLSearchParams({ a: '1' })),
      await instance.post(
        '/echo',
        { a: { b: 2 } },
        { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      ),
    ],
    shows: { result: [{ data: { body: 'a=1' } }, { data: { body: 'a%5Bb%5D=2' } }] },
  },
  {
    what: 'FormData is sent as multipart',
    async run({ instance }) {
      const form = new FormData()
      form.append('a', '1')
      form.append('file', new Blob(['content'], { type: 'text/plain' }), 'name.txt')
      return withoutBoundary(await instance.post('/echo', form))
    },
    shows: { result: expect.stringContaining('filename="name.txt"') },
  },
  {
    what: 'an object is sent as multipart',
    run: async ({ instance }) => withoutBoundary(await instance.postForm('/echo', { list: ['x', 'y'] })),
    shows: { result: expect.stringContaining('name="list[]"') },
    only: 'http',
  },
  {
    what: 'a stream is uploaded',
    run: ({ instance }) => instance.post('/echo', Readable.from(['one ', 'two'])),
    shows: { result: { data: { body: 'one two' } } },
    only: 'http',
  },
  {
    what: 'the progress of an upload is reported',
    async run({ instance, log }) {
      let last = ''
      const response = await instance.post('/echo', 'x'.repeat(100_000), {
        onUploadProgress: (event) => (last = progress(event)),
      })
      log(last)
      return response.data.body.length
    },
    shows: { result: 100_000, log: ['{"loaded":100000,"total":100000,"lengthComputable":true,"upload":true}'] },
    only: 'http',
  },
  {
    what: 'a request above maxBodyLength',
    run: ({ instance }) => instance.post('/echo', 'too long', { maxBodyLength: 3 }),
    shows: { error: { code: 'ERR_BAD_REQUEST' } },
    only: 'http',
  },
  {
    what: 'a stream that fails while it is uploaded',
    run: ({ instance }) => {
      const body = new Readable({
        read() {
          this.destroy(new Error('the disk is gone'))
        },
      })
      return instance.post('/echo', body, { maxRedirects: 0 })
    },
    shows: { error: { message: expect.stringMatching('the disk is gone') } },
    only: 'http',
  },
]
