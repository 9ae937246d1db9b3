import type { Outcome } from '@cb/core'
import { HttpStatusError, isObject, outcomeOfError, outcomeOfStatus } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'
import { signalOf } from './limited-init.ts'

/** One attempt that has ended: `response` if there was an answer, `error` if there was none or its body broke off. */
export interface SettledFetch {
  /** Its head; the body belongs to the caller. */
  readonly response?: Response
  readonly error?: unknown
  readonly request: FetchRequest
}

/** The table: what an attempt says about the dependency when no `classify` says otherwise. */
export function outcomeOf({ response, error, request }: SettledFetch): Outcome {
  try {
    if (error === undefined && isObject(response)) return outcomeOfStatus(response.status)
    return isUploadError(request) ? 'ignored' : outcomeOfError(error, signalOf(request))
  } catch {
    return 'failure' // an error whose getters throw
  }
}

/**
 * What the breaker is told: the error, or one that names the status where the answer itself was the failure. Not what `fetch` says
 * of a request that it can't make: that quotes the URL with all it contains.
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
    return false // no object, or a getter that throws
  }
}

/** Undefined also for the answer of a fake `fetch` that has no headers. */
export function headerOf(response: Response, name: string): string | null | undefined {
  return (response.headers as Headers | undefined)?.get?.(name)
}

/** By which Node.js says that a web stream has failed. */
const erroredMark = Symbol.for('nodejs.stream.errored')

/** The stream that the caller uploads failed: a file that can't be read, say. */
function isUploadError({ input, init }: FetchRequest): boolean {
  const body = (init?.body ?? (input as Request).body) as
    | { [erroredMark]?: boolean; errored?: unknown }
    | null
    | undefined
  return isObject(body) && (body[erroredMark] === true || isObject(body.errored))
}
