import { defaultClassify, type Outcome } from '@cb/core'
import type { Adapter } from './adapter.ts'
import { clientSideCodes, clientSideMessages, usedBodyOrArgument } from './client-side-errors.ts'
import { isUnusable, type Signal } from './signal.ts'

/** The outcome of an attempt by the table in the READMEs. */
export function outcomeOf<Request, Response extends object>(
  adapter: Adapter<Request, Response, unknown>,
  request: Request,
  response: Response | undefined,
  error: unknown,
): Outcome {
  const outcome = response && outcomeOfStatus(adapter.status(response))
  if (outcome === 'failure' || (outcome && isComplete(adapter, response as Response, error))) return outcome
  if (outcomeOfError(error, adapter.signal(request, error)) === 'ignored') return 'ignored'
  return adapter.isNeutral?.(error, request) ? 'ignored' : 'failure'
}

export function isComplete<Response extends object>(
  adapter: Adapter<never, Response, unknown>,
  response: Response,
  error: unknown,
): boolean {
  return error === undefined || adapter.isComplete?.(response) === true
}

/** 408, 425, 429 and 500 and above are failures: the service could not process the request. Any other status is a success. */
export function outcomeOfStatus(status: number): 'success' | 'failure' {
  return status >= 500 || status === 408 || status === 425 || status === 429 ? 'failure' : 'success'
}

/**
 * The outcome of an attempt without a response: `ignored` for a cancellation by the caller, for an error on the client's side and for
 * the rejection of another breaker or a limiter, at any depth of `cause`; otherwise `failure`.
 * @param signal  the caller's own. If a timeout aborted it (`AbortSignal.timeout`, a call timeout), that is a failure.
 */
export function outcomeOfError(error: unknown, signal?: Signal | null): 'failure' | 'ignored' {
  const chain = causesOf(error)
  if (isUnusable(signal)) return 'ignored'
  const isAborted = signal?.aborted === true && (error === signal.reason || chain.some((it) => it === signal.reason))
  if (isAborted || chain.some(isCancellation)) return isAbortedByTimeout(signal) ? 'failure' : 'ignored'
  return chain.some(isClientSide) ? 'ignored' : 'failure'
}

/** The properties that an error may have. */
interface ErrorLike {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly __CANCEL__?: unknown
}

/** `ECONNABORTED` is a timeout of axios, except when a browser leaves a page and aborts all of its requests. */
function isCancellation(error: ErrorLike): boolean {
  const { __CANCEL__, code, name, message } = error
  if (__CANCEL__ || code === 'ERR_CANCELED' || (code === 'ECONNABORTED' && message === 'Request aborted')) return true
  return name === 'AbortError' && isIgnoredByCore(error)
}

function isAbortedByTimeout(signal: Signal | null | undefined): boolean {
  const { name } = (signal?.reason ?? {}) as ErrorLike
  return signal?.aborted === true && (name === 'TimeoutError' || name === 'CallTimeoutError')
}

function isClientSide(error: ErrorLike): boolean {
  const { code, name, message } = error
  if (clientSideCodes.has(code) || clientSideMessages.has(message)) return true
  if (name === 'NotReadableError') return true // a Blob of a file that has changed
  return (name === 'TypeError' && usedBodyOrArgument.test(String(message))) || isIgnoredByCore(error)
}

/** An abort, or the rejection of a breaker or limiter. */
function isIgnoredByCore(error: ErrorLike): boolean {
  return defaultClassify({ status: 'rejected', reason: error }) === 'ignored'
}

/** An error and its causes, nearest first; at most ten, because they may form a loop. */
export function causesOf(error: unknown): readonly ErrorLike[] {
  const chain: ErrorLike[] = []
  for (let next = error; isObject(next) && chain.length < 10; next = (next as ErrorLike).cause) chain.push(next)
  return chain
}

/** Not `instanceof`, because a test runner may load this module in another realm than the code that throws the errors. */
export function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null
}
