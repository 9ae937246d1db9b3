import { protectAxios } from '@cb/axios'
import { RetryBudget } from '@cb/core'
import axios from 'axios'
import axiosRetry, { exponentialDelay, isNetworkOrIdempotentRequestError, retryAfter } from 'axios-retry'

/**
 * `@cb/axios` guards the adapter and axios-retry repeats the request, so the breaker is inside in whichever order they are
 * attached. Each attempt is one outcome. A rejection carries a config that asks for no retry, so the retry stops at once.
 * The budget bounds the retries of all requests together.
 *
 * @param {import('axios').CreateAxiosDefaults} config
 * @param {import('@cb/axios').ProtectAxiosOptions} [options]
 */
export function retryingClient(config, options, { retries = 3, patience = 5_000, budget = new RetryBudget() } = {}) {
  // Each attempt has the whole `timeout`: an attempt with what is left of it would end early, and count as a failure.
  const client = axios.create({ timeout: 2_000, ...config })
  axiosRetry(client, {
    retries,
    shouldResetTimeout: true,
    retryDelay: exponentialDelay, // jittered, and never before the server's `Retry-After`
    retryCondition: (error) =>
      isNetworkOrIdempotentRequestError(error) && retryAfter(error) <= patience && budget.withdraw(),
  })
  client.interceptors.request.use((request) => {
    if (!request['axios-retry']?.retryCount) budget.deposit()
    return request
  })
  const { registry } = protectAxios(client, options)
  return { client, registry }
}
