import type { Scenario } from './trace.ts'

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** Interceptors: their order, what they may change, and what they may reject. */
export const intercepting: readonly Scenario[] = [
  {
    what: 'request interceptors run in reverse order, response interceptors in order, also if they are asynchronous',
    async run({ instance, log }) {
      for (const n of [1, 2, 3]) {
        instance.interceptors.request.use(async (config) => {
          log(`request ${n}`)
          await tick()
          log(`request ${n} done`)
          return config
        })
        instance.interceptors.response.use(async (response) => {
          log(`response ${n}`)
          await tick()
          return response
        })
      }
      return instance.get('/')
    },
    shows: {
      log: [
        'request 3',
        'request 3 done',
        'request 2',
        'request 2 done',
        'request 1',
        'request 1 done',
        'response 1',
        'response 2',
        'response 3',
      ],
    },
  },
  {
    what: 'synchronous interceptors run before the call returns',
    run({ instance, log }) {
      instance.interceptors.request.use(
        (config) => {
          log('interceptor')
          return config
        },
        null,
        { synchronous: true },
      )
      const request = instance.get('/')
      log('returned')
      return request
    },
    shows: { log: ['interceptor', 'returned'] },
  },
  {
    what: 'an interceptor runs if its `runWhen` returns true',
    async run({ instance, log }) {
      instance.interceptors.request.use(
        (config) => {
          log(`for ${config.method}`)
          return config
        },
        null,
        { runWhen: ({ method }) => method === 'post' },
      )
      await instance.get('/')
      return instance.post('/')
    },
    shows: { log: ['for post'] },
  },
  {
    what: 'ejected and cleared interceptors do not run',
    async run({ instance, log }) {
      const id = instance.interceptors.request.use((config) => {
        log('ejected')
        return config
      })
      instance.interceptors.request.eject(id)
      instance.interceptors.response.use((response) => {
        log('cleared')
        return response
      })
      instance.interceptors.response.clear()
      return instance.get('/')
    },
    shows: { log: [], result: { status: 200 } },
  },
  {
    what: 'an interceptor changes the request',
    run({ instance }) {
      instance.interceptors.request.use((config) => {
        config.headers.set('x-added', 'yes')
        config.url = '/echo/changed'
        return config
      })
      return instance.get('/')
    },
    shows: { result: { data: { url: '/echo/changed', headers: { 'x-added': 'yes' } } } },
  },
  {
    what: 'a request interceptor rejects, and the next one handles the error',
    run({ instance, log }) {
      instance.interceptors.request.use(null, (error) => {
        log(`handled ${error.message}`)
        throw error
      })
      instance.interceptors.request.use(() => Promise.reject(new Error('not allowed')))
      return instance.get('/')
    },
    shows: { log: ['handled not allowed'], error: { message: 'not allowed' } },
  },
  {
    what: 'a response interceptor replaces an error by a response',
    run({ instance, log }) {
      instance.interceptors.response.use(undefined, (error) => {
        log(`handled ${error.code} ${error.response.status}`)
        return { data: 'instead' }
      })
      return instance.get('/status/500')
    },
    shows: { log: ['handled ERR_BAD_RESPONSE 500'], result: { data: 'instead' } },
  },
  {
    what: 'a response interceptor throws',
    run({ instance }) {
      instance.interceptors.response.use(() => {
        throw new TypeError('no such field')
      })
      return instance.get('/')
    },
    shows: { error: { name: 'TypeError', message: 'no such field' } },
  },
  {
    what: 'a response interceptor repeats the request with its config',
    async run({ instance, log }) {
      let repeated = false
      instance.interceptors.response.use((response) => {
        log(`status ${response.status}`)
        if (repeated) return response
        repeated = true
        return instance.request(response.config)
      })
      return instance.post('/echo', { a: 1 })
    },
    shows: { log: ['status 200', 'status 200'], result: { data: { method: 'POST', body: '{"a":1}' } } },
  },
  {
    what: 'transforms run around the adapter, between the interceptors',
    run({ instance, log }) {
      instance.interceptors.request.use((config) => {
        log('request interceptor')
        return config
      })
      instance.interceptors.response.use((response) => {
        log('response interceptor')
        return response
      })
      return instance.post('/echo', 'x', {
        transformRequest: (data) => {
          log('transformRequest')
          return `${data}y`
        },
        transformResponse: (data) => {
          log('transformResponse')
          return JSON.parse(data).body
        },
      })
    },
    shows: {
      log: ['request interceptor', 'transformRequest', 'transformResponse', 'response interceptor'],
      result: { data: 'xy' },
    },
  },
]
