import { type CircuitBreaker, CircuitOpenError, type Outcome, type Permit } from '@cb/core'
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { answerInstead } from './fallback.ts'
import { HttpStatusError } from './http-status-error.ts'
import { isAnswered, isObject, outcomeOf, type SettledAttempt } from './outcome.ts'
import { report } from './report.ts'
import type { RequestProtection } from './request-protection.ts'

/** Says more about an attempt than the table does; undefined leaves it to the table. */
export type ClassifyAttempt = (settled: SettledAttempt) => Outcome | undefined

/** One attempt behind a breaker. It gives back the adapter's own response or error, whatever the breaker thinks of it. */
export async function guardedAttempt(
  breaker: CircuitBreaker,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
  classify: ClassifyAttempt | undefined,
  fallback: RequestProtection['fallback'],
): Promise<AxiosResponse> {
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    // Without a `config`, so that axios-retry leaves it alone.
    const error = new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
    if (fallback === undefined) throw error
    return answerInstead(fallback, error, config)
  }
  let response: AxiosResponse
  try {
    response = await adapter(config)
  } catch (error) {
    const outcome = settle(admission, { ...responseOf(error), error, config }, classify)
    if (fallback === undefined || outcome !== 'failure') throw error
    return answerInstead(fallback, error, config)
  }
  settle(admission, { response, config }, classify)
  return response
}

function settle(permit: Permit, settled: SettledAttempt, classify: ClassifyAttempt | undefined): Outcome {
  const outcome = (classify && ask(classify, settled)) ?? outcomeOf(settled)
  permit.settle(outcome, outcome === 'success' ? undefined : told(settled, outcome))
  return outcome
}

/** The user's word, if it is one. */
function ask(classify: ClassifyAttempt, settled: SettledAttempt): Outcome | undefined {
  try {
    const outcome = classify(settled)
    if (outcome === undefined || outcome === 'success' || outcome === 'failure' || outcome === 'ignored') return outcome
    report(classify, "the `classify` function gave neither 'success', 'failure', 'ignored' nor undefined")
  } catch (error) {
    report(classify, 'the `classify` function threw', error)
  }
  return undefined
}

/** What the breaker is told: the error of axios, or one that names the status where there was a complete answer. */
function told(settled: SettledAttempt, outcome: Outcome): unknown {
  if (outcome !== 'failure' || !isAnswered(settled)) return settled.error
  return new HttpStatusError(settled.response, settled.error)
}

function responseOf(error: unknown): { response?: AxiosResponse } {
  try {
    const { response } = error as { response?: AxiosResponse }
    return isObject(response) ? { response } : {}
  } catch {
    return {} // no object, or a getter that throws
  }
}
