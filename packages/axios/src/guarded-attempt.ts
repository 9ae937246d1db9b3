import { type CircuitBreaker, CircuitOpenError } from '@cb/core'
import { CallLimit } from '@cb/http-rules'
import type { AxiosAdapter, AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { Attempt } from './attempt.ts'
import { answerInstead } from './fallback.ts'
import { callWithin } from './limited-call.ts'
import type { Settings } from './options.ts'
import { responseOf } from './outcome.ts'
import type { RequestProtection } from './request-protection.ts'
import { isStreamed, settleWithBody } from './streamed-body.ts'

/** What all attempts of an instance share. */
export interface Guard {
  readonly settings: Settings
  /** Of the instance's own copy of axios. */
  readonly AxiosError: typeof AxiosError
}

/** One attempt behind a breaker. It gives back the adapter's own response or error, whatever the breaker thinks of it. */
export async function guardedAttempt(
  { settings, AxiosError }: Guard,
  breaker: CircuitBreaker,
  { fallback, callTimeout }: RequestProtection,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    // Without a `config`, so that axios-retry leaves it alone.
    const error = new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
    if (fallback === undefined) throw error
    return answerInstead(fallback, error, config)
  }
  const ms = callTimeout ?? breaker.callTimeout
  const limit = ms === undefined ? undefined : new CallLimit(breaker.name, ms, config.signal)
  const attempt = new Attempt(config, settings, limit, admission)
  let response: AxiosResponse
  try {
    response = await admission.run(() =>
      limit === undefined ? adapter(config) : callWithin(limit, AxiosError, adapter, config),
    )
  } catch (error) {
    limit?.end()
    const outcome = attempt.settle({ ...responseOf(error), error, config })
    if (fallback === undefined || outcome !== 'failure') throw error
    return answerInstead(fallback, error, config)
  }
  if (isStreamed(response)) {
    settleWithBody(attempt, response, AxiosError)
  } else {
    limit?.end()
    attempt.settle({ response, config })
  }
  return response
}
