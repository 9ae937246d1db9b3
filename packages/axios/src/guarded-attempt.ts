import { type CircuitBreaker, CircuitOpenError } from '@cb/core'
import { CallTimeout } from '@cb/http-rules'
import type { AxiosAdapter, AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { Attempt } from './attempt.ts'
import { callWithTimeout } from './call-with-timeout.ts'
import { fallbackResponse } from './fallback.ts'
import type { Settings } from './options.ts'
import { responseOf } from './outcome.ts'
import type { RequestProtection } from './request-protection.ts'
import { isStreamed, settleWithBody } from './streamed-body.ts'

/** Shared by all attempts of an instance. */
export interface Guard {
  readonly settings: Settings
  /** From the instance's own copy of axios. */
  readonly AxiosError: typeof AxiosError
}

/** One attempt behind a breaker. It settles with the adapter's own response or error, whatever its outcome is. */
export async function guardedAttempt(
  { settings, AxiosError }: Guard,
  breaker: CircuitBreaker,
  { fallback, callTimeout }: RequestProtection,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    // Without a `config`, so that axios-retry does not retry it.
    const error = new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
    if (fallback === undefined) throw error
    return fallbackResponse(fallback, error, config)
  }
  const ms = callTimeout ?? admission.callTimeout
  const timeout = ms === undefined ? undefined : new CallTimeout(breaker.name, ms, config.signal)
  const attempt = new Attempt(config, settings, timeout, admission)
  let response: AxiosResponse
  try {
    response = await admission.run(() =>
      timeout === undefined ? adapter(config) : callWithTimeout(timeout, AxiosError, adapter, config),
    )
  } catch (error) {
    timeout?.end()
    const outcome = attempt.settle({ ...responseOf(error), error, config })
    if (fallback === undefined || outcome !== 'failure') throw error
    return fallbackResponse(fallback, error, config)
  }
  if (isStreamed(response)) {
    settleWithBody(attempt, response, AxiosError)
  } else {
    timeout?.end()
    attempt.settle({ response, config })
  }
  return response
}
