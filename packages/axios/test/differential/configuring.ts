import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scenario } from './trace.ts'

/** Defaults, instances of instances, URLs. */
export const configuring: readonly Scenario[] = [
  ...(['get', 'delete', 'head', 'options'] as const).map((method) => ({
    what: `${method}(url)`,
    run: ({ instance }: Parameters<Scenario['run']>[0]) => instance[method]('/echo'),
    shows: { result: { status: 200, data: method === 'head' ? '' : { method: method.toUpperCase() } } },
  })),
  ...(['post', 'put', 'patch', 'postForm', 'putForm', 'patchForm'] as const).map((method) => ({
    what: `${method}(url, data)`,
    run: ({ instance }: Parameters<Scenario['run']>[0]) =>
      instance[method]('/echo', new URLSearchParams({ a: '1' }), {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    shows: { result: { status: 200, data: { method: method.replace('Form', '').toUpperCase(), body: 'a=1' } } },
  })),
  {
    what: 'the instance is a function of a config, or of a URL and a config',
    run: async ({ instance }) => [await instance({ url: '/echo/1' }), await instance('/echo/2', { method: 'post' })],
    shows: { result: [{ data: { url: '/echo/1' } }, { data: { url: '/echo/2', method: 'POST' } }] },
  },
  {
    what: 'defaults of the instance may change at any time',
    async run({ instance }) {
      instance.defaults.headers.common['x-common'] = 'c'
      instance.defaults.headers.post['x-post'] = 'p'
      instance.defaults.params = { page: 1 }
      const before = await instance.post('/echo')
      instance.defaults.baseURL += '/echo/base'
      return [before, await instance.get('x')]
    },
    shows: {
      result: [
        { data: { url: '/echo?page=1', headers: { 'x-common': 'c', 'x-post': 'p' } } },
        { data: { url: '/echo/base/x?page=1', headers: { 'x-common': 'c' } } },
      ],
    },
  },
  {
    what: 'an instance of an instance has the defaults of both',
    run: ({ instance }) => {
      instance.defaults.headers.common['x-parent'] = 'p'
      return instance.create({ headers: { 'x-child': 'c' } }).get('/echo')
    },
    shows: { result: { data: { headers: { 'x-parent': 'p', 'x-child': 'c' } } } },
  },
  {
    what: 'getUri returns the URL',
    run: ({ instance, service }) => instance.getUri({ url: '/x', params: { a: [1, 2] } }).replace(service.origin, ''),
    shows: { result: '/x?a%5B%5D=1&a%5B%5D=2' },
  },
  {
    what: 'params are serialized: lists, dates, nested, null',
    run: ({ instance }) =>
      instance.get('/echo', {
        params: { list: [1, 2], at: new Date(0), deep: { a: { b: 1 } }, no: null, not: undefined, s: 'a b&c' },
      }),
    shows: {
      result: {
        data: { url: '/echo?list%5B%5D=1&list%5B%5D=2&at=1970-01-01T00:00:00.000Z&deep%5Ba%5D%5Bb%5D=1&s=a+b%26c' },
      },
    },
  },
  {
    what: 'params are serialized with paramsSerializer',
    run: async ({ instance }) => [
      await instance.get('/echo', { params: { list: [1, 2] }, paramsSerializer: { indexes: null } }),
      await instance.get('/echo', { params: { a: 1 }, paramsSerializer: { serialize: () => 'own' } }),
      await instance.get('/echo?x=1', { params: new URLSearchParams('a=1&a=2') }),
    ],
    shows: {
      result: [
        { data: { url: '/echo?list=1&list=2' } },
        { data: { url: '/echo?own' } },
        { data: { url: '/echo?x=1&a=1&a=2' } },
      ],
    },
  },
  {
    what: 'an absolute URL replaces the baseURL, unless allowAbsoluteUrls is false',
    run: async ({ instance, service }) => [
      await instance.get(`${service.origin}/echo/absolute`, { baseURL: 'http://127.0.0.1:9' }),
      await instance.get(`/echo/${service.origin}`, { allowAbsoluteUrls: false }),
    ],
    shows: { result: [{ data: { url: '/echo/absolute' } }, { status: 200 }] },
  },
  {
    what: 'credentials are sent from `auth`, or from the URL',
    run: async ({ instance, service }) => [
      await instance.get('/echo', { auth: { username: 'me', password: 'secret' } }),
      await instance.get(`${service.origin.replace('//', '//you:secret@')}/echo`),
    ],
    shows: {
      result: [
        { data: { headers: { authorization: 'Basic bWU6c2VjcmV0' } } },
        { data: { headers: { authorization: 'Basic eW91OnNlY3JldA==' } } },
      ],
    },
  },
  {
    what: 'headers of the request replace those of the instance, and null removes one',
    run: ({ instance }) => {
      instance.defaults.headers.common['x-a'] = 'instance'
      return instance.get('/echo', { headers: { 'X-A': 'request', accept: null as never } })
    },
    shows: { result: { data: { headers: { 'x-a': 'request' } } } },
  },
  {
    what: 'a request goes through a proxy',
    run: ({ instance, service }) =>
      instance.get('http://api.example/echo', {
        proxy: { host: '127.0.0.1', port: Number(new URL(service.origin).port), protocol: 'http' },
      }),
    shows: { result: { data: { url: 'http://api.example/echo' } } },
    only: 'http',
  },
  {
    what: 'a request goes through a unix socket',
    async run({ instance, log }) {
      const folder = await mkdtemp(join(tmpdir(), 'cb-axios-'))
      const server = createServer((request, response) => response.end(`${request.url} of a socket`))
      await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve))
      const config = { socketPath: join(folder, 'socket'), baseURL: 'http://docker' }
      log((await instance.get('/v1/info', config)).data)
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
    shows: { log: ['/v1/info of a socket'] },
    only: 'http',
  },
  {
    what: 'a request uses its agent',
    async run({ instance, log }) {
      const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
      httpAgent.on('free', () => log('free'))
      const responses = await Promise.all(['/echo/1', '/echo/2'].map((url) => instance.get(url, { httpAgent })))
      httpAgent.destroy()
      return responses.map(({ data }) => data.url)
    },
    shows: { result: ['/echo/1', '/echo/2'] },
    only: 'http',
  },
  {
    what: 'an adapter in the config of a request receives the config and responds',
    run: ({ instance, log }) =>
      instance.get('/x', {
        adapter: async (config) => {
          log(`${config.method} ${config.url} ${config.headers.constructor.name}`)
          return { data: '{"a":1}', status: 203, statusText: 'Mine', headers: { b: '2' }, config, request: 'r' }
        },
      }),
    shows: { log: ['get /x AxiosHeaders'], result: { data: { a: 1 }, status: 203, statusText: 'Mine' } },
  },
  {
    what: 'the first available adapter of a list is used',
    run: ({ instance }) => instance.get('/echo', { adapter: ['xhr', 'http'] }),
    shows: { result: { status: 200 } },
  },
  {
    what: 'an unknown adapter',
    run: ({ instance }) => instance.get('/echo', { adapter: 'carrier-pigeon' as never }),
    shows: { error: { message: "Unknown adapter 'carrier-pigeon'" } },
  },
]
