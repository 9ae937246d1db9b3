import type { Outcome } from '@cb/core'
import { causesOf, HttpStatusError, isObject, outcomeOfError, outcomeOfStatus } from '@cb/http-rules'
import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'

/**
 * One attempt that has ended: `error` if axios rejects or the body breaks off, `response` if there was an answer; both for a
 * refused status.
 */
export interface SettledAttempt {
  readonly response?: AxiosResponse
  readonly error?: unknown
  readonly config: InternalAxiosRequestConfig
}

/** The table: what an attempt says about the dependency when no `classify` says otherwise. */
export function outcomeOf(settled: SettledAttempt): Outcome {
  try {
    const { response, error, config } = settled
    if (response !== undefined && outcomeOfStatus(response.status) === 'failure') return 'failure'
    if (isAnswered(settled)) return 'success'
    return isSizeLimit(error, config) || isUploadError(error, config) ? 'ignored' : outcomeOfError(error, config.signal)
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/** What the breaker is told: the error of axios, or one that names the status where there was a complete answer. */
export function errorFor(settled: SettledAttempt, outcome: Outcome): unknown {
  if (outcome !== 'failure' || !isAnswered(settled)) return outcome === 'success' ? undefined : settled.error
  const { response, error } = settled
  return new HttpStatusError(response.status, (name) => headerOf(response, name), error)
}

/** In any case, also of the plain headers that an adapter of the user's own may give. */
export function headerOf({ headers }: AxiosResponse, name: string): unknown {
  return AxiosHeaders.from(headers as AxiosHeaders).get(name)
}

/** The response that an error of axios has, as an attempt has it. */
export function responseOf(error: unknown): { response?: AxiosResponse } {
  try {
    const { response } = error as { response?: AxiosResponse }
    return isObject(response) ? { response } : {}
  } catch {
    return {} // no object, or a getter that throws
  }
}

/** Whether the answer is complete: a body that was cut off leaves a response without data. */
function isAnswered(settled: SettledAttempt): settled is SettledAttempt & { readonly response: AxiosResponse } {
  const { response, error } = settled
  return isObject(response) && (error === undefined || 'data' in response)
}

/** The properties that an error may have. */
interface Trace {
  readonly code?: unknown
  readonly response?: unknown
}

/** `maxContentLength` was exceeded; the same code with a response means that the body was cut off. */
function isSizeLimit(error: unknown, { maxContentLength = -1 }: InternalAxiosRequestConfig): boolean {
  const { code, response } = error as Trace
  return code === 'ERR_BAD_RESPONSE' && response === undefined && maxContentLength > -1
}

/** The stream that the caller uploads failed: a file that can't be read, say. */
function isUploadError(error: unknown, { data }: InternalAxiosRequestConfig): boolean {
  const errored = (data as { errored?: Trace } | undefined)?.errored
  return isObject(errored) && causesOf(error).includes(errored)
}
