import { findInCauses, type Traits } from './causes.ts'
import { isError, swallowRejection, warnOnce } from './misuse.ts'

/** How a call ended. `ignored` is neutral: it means nothing for the dependency's health. */
export type Outcome = 'success' | 'failure' | 'ignored'

export function isOutcome(value: unknown): value is Outcome {
  return value === 'success' || value === 'failure' || value === 'ignored'
}

/**
 * Decides how a call ended, from its value or its error. An Error means a failure with that error, for a response that is one although
 * the call has resolved; its `retryAfterMs` counts. Undefined leaves the decision to `defaultClassify`.
 */
// biome-ignore lint/suspicious/noExplicitAny: of any type, as `reason` is, so that a function may say which one it expects
export type Classify = (settled: PromiseSettledResult<any>) => Outcome | Error | undefined

const neutralCodes = /* @__PURE__ */ new Set<unknown>([
  'ECIRCUITOPEN', // another breaker of ours
  'EOPENBREAKER', // opossum: open
  'ESEMLOCKED', // opossum: capacity
  'ESHUTDOWN', // opossum: shut down
])

/**
 * The outcome of a rejected call without a `classify`: `failure`, but `ignored` for what happened on this side of the wire: an
 * abort; and, at any depth of `cause`, the rejection of another breaker or of a local limiter (cockatiel, Bottleneck,
 * rate-limiter-flexible).
 */
export function outcomeOfError(error: unknown): 'failure' | 'ignored' {
  return findInCauses(error, outcomeOfCause) ?? 'failure'
}

function outcomeOfCause(error: Traits, depth: number): 'failure' | 'ignored' | undefined {
  if (depth === 0 && error['name'] === 'AbortError') return outcomeOfAbort(error)
  return isRejectionCause(error) ? 'ignored' : undefined
}

/** Whether the call was rejected on this side of the wire, by a breaker or a limiter, at any depth of `cause`. */
export function isRejection(error: unknown): boolean {
  return findInCauses(error, (cause) => isRejectionCause(cause) || undefined) === true
}

function isRejectionCause(error: Traits): boolean {
  const code = error['code']
  return (
    (code !== undefined && neutralCodes.has(code)) ||
    error['isBrokenCircuitError'] === true || // cockatiel, and the two below
    error['isBulkheadRejectedError'] === true ||
    error['isHydratingCircuitError'] === true ||
    isDroppedByBottleneck(error) ||
    ('msBeforeNext' in error && 'remainingPoints' in error) // rate-limiter-flexible
  )
}

/** p-retry wraps the error that it must not retry in an error of the same name. */
function outcomeOfAbort({ originalError }: Traits): 'failure' | 'ignored' {
  const wrapped = originalError instanceof Error && originalError.name !== 'AbortError'
  return wrapped ? outcomeOfError(originalError) : 'ignored'
}

/** Bottleneck uses one class for what it drops, which is local, and for jobs that time out, which are not. */
function isDroppedByBottleneck({ constructor: made, message }: Traits): boolean {
  if (made === Error) return false // the common case
  return (
    (made as { name?: unknown } | undefined)?.name === 'BottleneckError' &&
    !String(message).startsWith('This job timed out')
  )
}

const timeoutCodes = /* @__PURE__ */ new Set<unknown>([
  'ECALLTIMEOUT', // ours
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ECONNABORTED', // axios
  'UND_ERR_CONNECT_TIMEOUT', // undici, and so fetch of Node.js
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/** Whether a call failed because time ran out: a `CallTimeoutError`, a `TimeoutError` of `AbortSignal.timeout`, or by its code. */
export function isTimeout(error: unknown): boolean {
  return findInCauses(error, isTimeoutCause) === true
}

function isTimeoutCause({ code, name }: Traits): true | undefined {
  return name === 'TimeoutError' || (code !== undefined && timeoutCodes.has(code)) || undefined
}

/** The default for `classify`: a value is a success; an error is a failure unless it arose on the caller's side. */
export function defaultClassify(settled: PromiseSettledResult<unknown>): Outcome {
  return settled.status === 'fulfilled' ? 'success' : outcomeOfError(settled.reason)
}

/**
 * Settles with the user's `classify`. The default decides where it throws or returns something else; that is logged once.
 * @returns what was decided: an Error is a failure.
 */
export function settleWith(
  permit: { settle(outcome: Outcome, error?: unknown): void },
  settled: PromiseSettledResult<unknown>,
  classify: Classify,
  breaker: string,
): Outcome | Error {
  const answer = ask(settled, classify, breaker) ?? defaultClassify(settled)
  if (!isOutcome(answer)) permit.settle('failure', answer)
  else if (settled.status === 'rejected') permit.settle(answer, settled.reason)
  else permit.settle(answer)
  return answer
}

export function isFailure(answer: Outcome | Error): boolean {
  return answer === 'failure' || !isOutcome(answer)
}

function ask(settled: PromiseSettledResult<unknown>, classify: Classify, breaker: string): Outcome | Error | undefined {
  try {
    const answer = classify(settled)
    if (answer === undefined || isOutcome(answer) || isError(answer)) return answer
    swallowRejection(answer)
    warnOnce(
      classify,
      breaker,
      "the `classify` function must return 'success', 'failure', 'ignored', an Error or undefined",
    )
  } catch (error) {
    warnOnce(classify, breaker, 'the `classify` function threw', error)
  }
  return undefined
}
