import type { Outcome } from '@cb/core'
import { causesOf, HttpStatusError, isObject, outcomeOfError, outcomeOfStatus } from '@cb/http-rules'
import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'

/**
 * One attempt that has ended: `error` if axios rejects or the body breaks off, `response` if there was one. It has both if
 * `validateStatus` rejects the status.
 */
export interface SettledAttempt {
  readonly response?: AxiosResponse
  readonly error?: unknown
  readonly config: InternalAxiosRequestConfig
}

/** The outcome of an attempt by the table in the README, which `classify` may override. */
export function outcomeOf(settled: SettledAttempt): Outcome {
  try {
    const { response, error, config } = settled
    if (response !== undefined && outcomeOfStatus(response.status) === 'failure') return 'failure'
    if (hasCompleteResponse(settled)) return 'success'
    return isSizeLimit(error, config) || isUploadError(error, config) ? 'ignored' : outcomeOfError(error, config.signal)
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/** The error that the permit is settled with: the one of axios, or an `HttpStatusError` if there was a complete response. */
export function errorFor(settled: SettledAttempt, outcome: Outcome): unknown {
  if (outcome !== 'failure' || !hasCompleteResponse(settled)) return outcome === 'success' ? undefined : settled.error
  const { response, error } = settled
  return new HttpStatusError(response.status, (name) => headerOf(response, name), error)
}

/** Case-insensitive, also for the plain headers of a user's own adapter. */
export function headerOf({ headers }: AxiosResponse, name: string): unknown {
  return AxiosHeaders.from(headers as AxiosHeaders).get(name)
}

/** The response of an error of axios, as a part of `SettledAttempt`. */
export function responseOf(error: unknown): { response?: AxiosResponse } {
  try {
    const { response } = error as { response?: AxiosResponse }
    return isObject(response) ? { response } : {}
  } catch {
    return {} // not an object, or a getter that throws
  }
}

/** A body that was cut off leaves a response without `data`. */
function hasCompleteResponse(
  settled: SettledAttempt,
): settled is SettledAttempt & { readonly response: AxiosResponse } {
  const { response, error } = settled
  return isObject(response) && (error === undefined || 'data' in response)
}

/** The properties that an error may have. */
interface ErrorLike {
  readonly code?: unknown
  readonly response?: unknown
}

/** `maxContentLength` was exceeded; the same code with a response means that the body was cut off. */
function isSizeLimit(error: unknown, { maxContentLength = -1 }: InternalAxiosRequestConfig): boolean {
  const { code, response } = error as ErrorLike
  return code === 'ERR_BAD_RESPONSE' && response === undefined && maxContentLength > -1
}

/** The stream that the caller uploads failed, for example because a file can't be read. */
function isUploadError(error: unknown, { data }: InternalAxiosRequestConfig): boolean {
  const errored = (data as { errored?: ErrorLike } | undefined)?.errored
  return isObject(errored) && causesOf(error).includes(errored)
}
