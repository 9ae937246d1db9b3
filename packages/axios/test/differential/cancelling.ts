import { until } from '@cb/test-kit'
import type { AxiosRequestConfig } from 'axios'
import { expect } from 'vitest'
import type { Scenario, Stage } from './trace.ts'

/** Cancels when the server has received the request. */
async function cancelled({ instance, service }: Stage, config: AxiosRequestConfig, cancel: () => void, path = '/hang') {
  const { requests, abandoned } = service
  const request = instance.get(path, config).then(
    () => 'answered',
    (error) => error,
  )
  await until(() => service.requests > requests)
  cancel()
  const error = await request
  await until(() => service.abandoned > abandoned)
  return error
}

/** Cancellation by a signal, a token or a timeout. */
export const cancelling: readonly Scenario[] = [
  {
    what: 'a request is cancelled by its AbortController, and the connection closed',
    run: (stage) => {
      const controller = new AbortController()
      return cancelled(stage, { signal: controller.signal }, () => controller.abort())
    },
    shows: { result: { name: 'CanceledError', code: 'ERR_CANCELED' } },
  },
  {
    what: 'a request is cancelled with a custom reason',
    run: (stage) => {
      const controller = new AbortController()
      return cancelled(stage, { signal: controller.signal }, () => controller.abort(new Error('the user left')))
    },
    shows: { result: { name: 'CanceledError', code: 'ERR_CANCELED' } },
  },
  {
    what: 'a request is cancelled while its body arrives',
    run: (stage) => {
      const controller = new AbortController()
      return cancelled(stage, { signal: controller.signal }, () => controller.abort(), '/stall/200')
    },
    shows: { result: { code: 'ERR_CANCELED' } },
  },
  {
    what: 'a request is cancelled before it begins',
    async run({ instance, service, log }) {
      const { requests } = service
      const error = await instance.get('/', { signal: AbortSignal.abort() }).catch((reason) => reason)
      log(`${service.requests - requests} sent`)
      return error
    },
    shows: { log: ['0 sent'], result: { code: 'ERR_CANCELED' } },
  },
  {
    what: 'a request is cancelled by its CancelToken',
    run: (stage) => {
      const { token, cancel } = stage.axios.CancelToken.source()
      return cancelled(stage, { cancelToken: token }, () => cancel('no longer needed'))
    },
    shows: { result: { name: 'CanceledError', message: 'no longer needed' } },
  },
  {
    what: 'several requests are cancelled by one token, and later ones at once',
    async run(stage) {
      const { token, cancel } = stage.axios.CancelToken.source()
      const requests = [1, 2].map(() => cancelled(stage, { cancelToken: token }, () => cancel('all of them')))
      return [
        ...(await Promise.all(requests)),
        await stage.instance.get('/', { cancelToken: token }).catch((error) => error),
      ]
    },
    shows: { result: [{ message: 'all of them' }, { message: 'all of them' }, { message: 'all of them' }] },
  },
  {
    what: 'a cancellation after the response changes nothing',
    async run({ instance }) {
      const controller = new AbortController()
      const response = await instance.get('/', { signal: controller.signal })
      controller.abort()
      return response
    },
    shows: { result: { data: 'hello' } },
  },
  {
    what: 'a timeout',
    run: ({ instance }) => instance.get('/hang', { timeout: 50 }),
    shows: { error: { message: 'timeout of 50ms exceeded' } },
  },
  {
    what: 'a timeout with a custom message',
    run: ({ instance }) =>
      instance.get('/hang', {
        timeout: 50,
        timeoutErrorMessage: 'too slow',
        transitional: { clarifyTimeoutError: true },
      }),
    shows: { error: { message: expect.stringMatching('50ms|too slow'), code: 'ETIMEDOUT' } },
  },
]
