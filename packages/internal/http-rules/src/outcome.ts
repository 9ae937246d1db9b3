import { defaultClassify } from '@cb/core'
import { localCodes, localMessages, misuse } from './local-problems.ts'

/** What is used of an AbortSignal: axios takes also other things that have these. */
export interface Signal {
  readonly aborted: boolean
  readonly reason?: unknown
  // biome-ignore lint/suspicious/noExplicitAny: as axios declares it
  addEventListener?: (...args: any) => any
  // biome-ignore lint/suspicious/noExplicitAny: as axios declares it
  removeEventListener?: (...args: any) => any
}

/** 408, 425, 429 and 500 and above are failures: the service could not do what was asked. Any other status is an answer. */
export function outcomeOfStatus(status: number): 'success' | 'failure' {
  return status >= 500 || status === 408 || status === 425 || status === 429 ? 'failure' : 'success'
}

/**
 * What an error that is no answer says about the dependency: `ignored` for a cancellation by the caller, for what is wrong on this
 * side of the wire and for the rejection of another breaker or a limiter, at any depth of `cause`; otherwise `failure`.
 * @param signal  the caller's own. Where it was time that aborted it (`AbortSignal.timeout`, a call timeout), that is a failure.
 */
export function outcomeOfError(error: unknown, signal?: Signal | null): 'failure' | 'ignored' {
  try {
    const chain = causesOf(error)
    const isAborted = signal?.aborted === true && (error === signal.reason || chain.some((it) => it === signal.reason))
    if (isAborted || chain.some(isCancel)) return isTimeLimit(signal) ? 'failure' : 'ignored'
    return chain.some(isOfThisSide) ? 'ignored' : 'failure'
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/** The properties that an error may have. */
interface Trace {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly __CANCEL__?: unknown
}

/** `ECONNABORTED` is a time-out of axios, but for a browser that aborts all requests of a page that it leaves. */
function isCancel(error: Trace): boolean {
  const { __CANCEL__, code, name, message } = error
  if (__CANCEL__ || code === 'ERR_CANCELED' || (code === 'ECONNABORTED' && message === 'Request aborted')) return true
  return name === 'AbortError' && isNeutral(error)
}

function isTimeLimit(signal: Signal | null | undefined): boolean {
  const { name } = (signal?.reason ?? {}) as Trace
  return signal?.aborted === true && (name === 'TimeoutError' || name === 'CallTimeoutError')
}

function isOfThisSide(error: Trace): boolean {
  const { code, name, message } = error
  if (localCodes.has(code) || localMessages.has(message)) return true
  return (name === 'TypeError' && misuse.test(String(message))) || isNeutral(error)
}

/** To core: an abort, or the rejection of a breaker or limiter. */
function isNeutral(error: Trace): boolean {
  return defaultClassify({ status: 'rejected', reason: error }) === 'ignored'
}

/** An error and its causes, nearest first; a bounded number of them, as they may form a circle. */
export function causesOf(error: unknown): readonly Trace[] {
  const chain: Trace[] = []
  for (let next = error; isObject(next) && chain.length < 10; next = (next as Trace).cause) chain.push(next)
  return chain
}

/** Not `instanceof`: a test runner may load this module into another realm than the one errors come from. */
export function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null
}
