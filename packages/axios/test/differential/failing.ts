import { refusedOrigin } from '@cb/test-kit'
import { expect } from 'vitest'
import type { Scenario } from './trace.ts'

const get =
  (path: string, config = {}): Scenario['run'] =>
  ({ instance }) =>
    instance.get(path, config)

/** Errors: their names, codes, messages and other properties. */
export const failing: readonly Scenario[] = [
  ...[400, 404, 408, 429, 500, 503].map((status) => ({
    what: `status ${status}`,
    run: get(`/status/${status}?retry-after=5`),
    shows: { error: { name: 'AxiosError', status, response: { data: { well: true }, status } } },
  })),
  {
    what: 'an error as JSON, and its classes',
    run: async ({ instance, axios }) => {
      const error = await instance.get('/status/500').catch((reason) => reason)
      const { stack: _, config, ...json } = error.toJSON()
      return [
        json,
        Object.keys(config),
        axios.isAxiosError(error),
        error instanceof axios.AxiosError,
        axios.isCancel(error),
      ]
    },
    shows: { result: [{ code: 'ERR_BAD_RESPONSE' }, {}, true, true, false] },
  },
  ...[
    '/reset',
    '/gone',
    '/cut/200',
    '/cut/404',
    '/broken-gzip',
    '/no-http',
    '/broken-headers',
    '/broken-chunks',
    '/loop',
    '/nowhere',
  ].map((path) => ({
    what: `a response of ${path}`,
    run: get(path),
    shows: { error: { name: expect.stringMatching('Error') } },
  })),
  {
    what: 'a refused connection',
    run: async ({ instance }) => {
      const error = await instance.get(await refusedOrigin()).catch((reason) => reason)
      return [error.name, error.code, error.cause?.constructor.name]
    },
    shows: { result: [expect.stringContaining('Error'), expect.stringContaining('E'), 'Error'] },
  },
  {
    what: 'an unknown host',
    run: get('http://no-such-host.invalid/'),
    shows: { error: { isAxiosError: true } },
  },
  { what: 'an invalid URL', run: get('http://['), shows: { error: { name: 'TypeError' } } },
  {
    what: 'an unsupported protocol',
    run: get('gopher://127.0.0.1/'),
    shows: { error: { name: 'AxiosError' } },
  },
  {
    what: 'a response above maxContentLength',
    run: get('/gzip', { maxContentLength: 3 }),
    shows: { error: { name: 'AxiosError' } },
  },
  { what: 'an invalid header', run: get('/', { headers: { 'x-a': 'ä\u0000' } }), shows: {} },
  {
    what: 'a timeout that is not a number',
    run: get('/', { timeout: 'soon' }),
    shows: { error: { code: 'ERR_BAD_OPTION_VALUE' } },
    only: 'http',
  },
]
