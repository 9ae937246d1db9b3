import { defaultClassify, type Outcome } from '@cb/core'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'

/** One attempt that has ended: `error` if axios rejects, `response` if there was an answer; both for a refused status. */
export interface SettledAttempt {
  readonly response?: AxiosResponse
  readonly error?: unknown
  readonly config: InternalAxiosRequestConfig
}

/** Codes of errors that arose on this side of the wire. */
const localCodes = new Set<unknown>([
  'ERR_BAD_REQUEST', // without an answer: unsupported protocol, maxBodyLength, malformed data or headers
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_FORM_DATA_DEPTH_EXCEEDED',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_URL',
  'ERR_NOT_SUPPORT',
  'ERR_FR_MAX_BODY_LENGTH_EXCEEDED',
  'ERR_FR_REDIRECTION_FAILURE', // `beforeRedirect` threw, or a redirect led to no URL
  'ERR_FR_TOO_MANY_REDIRECTS',
  'EMFILE',
  'ENFILE',
])

/** The same, where fetch of Node.js gives no code. */
const localMessages = new Set<unknown>(['redirect count exceeded', 'unknown scheme', 'bad port'])

/** The table: what an attempt says about the dependency when no `classify` says otherwise. */
export function outcomeOf(settled: SettledAttempt): Outcome {
  try {
    const { response, error, config } = settled
    if (response !== undefined && isFailure(response.status)) return 'failure'
    return isAnswered(settled) ? 'success' : outcomeOfError(error as Trace, config)
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/** Whether the answer is complete: a body that was cut off leaves a response without data. */
export function isAnswered(settled: SettledAttempt): settled is SettledAttempt & { readonly response: AxiosResponse } {
  const { response, error } = settled
  return isObject(response) && (error === undefined || 'data' in response)
}

function isFailure(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429
}

/** The properties that an error may have. */
interface Trace {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly cause?: Trace
  readonly response?: unknown
  readonly __CANCEL__?: unknown
}

function outcomeOfError(error: Trace, config: InternalAxiosRequestConfig): Outcome {
  if (isCancel(error)) return isTimeLimit(config.signal) ? 'failure' : 'ignored'
  if (defaultClassify({ status: 'rejected', reason: error }) === 'ignored') return 'ignored'
  const local = causes(error).some(({ code, message }) => localCodes.has(code) || localMessages.has(message))
  return local || isSizeLimit(error, config) || isUploadError(error, config) ? 'ignored' : 'failure'
}

/** `ECONNABORTED` is a time-out, but for a browser that aborts all requests of a page that it leaves. */
function isCancel({ __CANCEL__, code, name, message }: Trace): boolean {
  if (__CANCEL__ || code === 'ERR_CANCELED' || name === 'AbortError') return true
  return code === 'ECONNABORTED' && message === 'Request aborted'
}

/** Whether it was time that aborted the signal (`AbortSignal.timeout`, a breaker's call timeout), not a person. */
function isTimeLimit(signal: InternalAxiosRequestConfig['signal']): boolean {
  const { name } = ((signal as AbortSignal | undefined)?.reason ?? {}) as { name?: unknown }
  return signal?.aborted === true && (name === 'TimeoutError' || name === 'CallTimeoutError')
}

/** `maxContentLength` was exceeded; the same code with a response means that the body was cut off. */
function isSizeLimit({ code, response }: Trace, { maxContentLength = -1 }: InternalAxiosRequestConfig): boolean {
  return code === 'ERR_BAD_RESPONSE' && response === undefined && maxContentLength > -1
}

/** The stream that the caller uploads failed: a file that can't be read, say. */
function isUploadError(error: Trace, { data }: InternalAxiosRequestConfig): boolean {
  const errored = (data as { errored?: Trace } | undefined)?.errored
  return isObject(errored) && causes(error).includes(errored)
}

/** An error and its causes, nearest first; a bounded number of them, as they may form a circle. */
function causes(error: Trace): readonly Trace[] {
  const chain: Trace[] = []
  for (let next: Trace | undefined = error; isObject(next) && chain.length < 5; next = next.cause) chain.push(next)
  return chain
}

/** Not `instanceof`: a test runner may load this module into another realm than the one errors come from. */
export function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null
}
