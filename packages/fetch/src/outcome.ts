import type { Outcome } from '@cb/core'
import { HttpStatusError, isObject, outcomeOfError, outcomeOfStatus } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'
import { signalOf } from './signal.ts'

/** One attempt that has ended: `response` if there was one, `error` if there was none or its body broke off. */
export interface SettledFetch {
  /** For its status and headers; the body belongs to the caller. */
  readonly response?: Response
  readonly error?: unknown
  readonly request: FetchRequest
}

/** The outcome of an attempt by the table in the README, which `classify` may override. */
export function outcomeOf({ response, error, request }: SettledFetch): Outcome {
  try {
    if (error === undefined && isObject(response)) return outcomeOfStatus(response.status)
    return isUploadError(request) ? 'ignored' : outcomeOfError(error, signalOf(request))
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/**
 * The error that the permit is settled with: the one of `fetch`, or an `HttpStatusError` if the status is the failure. Undefined if
 * `fetch` rejects its arguments, because that error quotes the whole URL.
 */
export function errorFor({ response, error }: SettledFetch, outcome: Outcome): unknown {
  if (outcome === 'ignored' && isTypeError(error)) return undefined
  if (outcome !== 'failure' || error !== undefined || !isObject(response)) return error
  return new HttpStatusError(response.status, (name) => headerOf(response, name))
}

function isTypeError(error: unknown): boolean {
  try {
    return (error as Error).name === 'TypeError'
  } catch {
    return false // not an object, or a getter that throws
  }
}

/** Undefined also for the response of a fake `fetch` without headers. */
export function headerOf(response: Response, name: string): string | null | undefined {
  return (response.headers as Headers | undefined)?.get?.(name)
}

/** By this property Node.js marks a web stream that has failed. */
const erroredMark = Symbol.for('nodejs.stream.errored')

/** The stream that the caller uploads failed, for example because a file can't be read. */
function isUploadError({ input, init }: FetchRequest): boolean {
  const body = (init?.body ?? (input as Request).body) as
    | { [erroredMark]?: boolean; errored?: unknown }
    | null
    | undefined
  return isObject(body) && (body[erroredMark] === true || isObject(body.errored))
}
