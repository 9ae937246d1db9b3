import { hush, report } from './report.ts'

/** What a call said about its dependency. `ignored` is neutral: it says nothing. */
export type Outcome = 'success' | 'failure' | 'ignored'

export function isOutcome(value: unknown): value is Outcome {
  return value === 'success' || value === 'failure' || value === 'ignored'
}

/** Decides what a settled call says about its dependency. */
export type Classify = (settled: PromiseSettledResult<unknown>) => Outcome

const neutralCodes = new Set<unknown>([
  'ECIRCUITOPEN', // another breaker of ours
  'EOPENBREAKER', // opossum: open
  'ESEMLOCKED', // opossum: capacity
  'ESHUTDOWN', // opossum: shut down
])

/**
 * The outcome of a rejected call when no `classify` says otherwise: `failure`, but `ignored` for what happened on this side of
 * the wire: an abort, another breaker's rejection, a rejection by a local limiter (cockatiel, Bottleneck, rate-limiter-flexible).
 */
export function outcomeOfError(error: unknown): 'failure' | 'ignored' {
  if (typeof error !== 'object' || error === null) return 'failure'
  try {
    const traits = error as Record<string, unknown>
    // p-retry wraps the error that must not be retried in an error of this name.
    if (traits['name'] === 'AbortError') return isFailureInside(traits['originalError']) ? 'failure' : 'ignored'
    const neutral =
      neutralCodes.has(traits['code']) ||
      traits['isBrokenCircuitError'] === true || // cockatiel, and the two below
      traits['isBulkheadRejectedError'] === true ||
      traits['isHydratingCircuitError'] === true ||
      isDroppedByBottleneck(error, traits['message']) ||
      ('msBeforeNext' in error && 'remainingPoints' in error) // rate-limiter-flexible
    return neutral ? 'ignored' : 'failure'
  } catch {
    return 'failure' // an error whose getters throw
  }
}

function isFailureInside(original: unknown): boolean {
  return original instanceof Error && original.name !== 'AbortError' && outcomeOfError(original) === 'failure'
}

/** Bottleneck uses one class for what it drops, which is local, and for jobs that time out, which are not. */
function isDroppedByBottleneck(error: object, message: unknown): boolean {
  const { constructor: made } = error
  if (made === Error) return false // the common case
  return made?.name === 'BottleneckError' && !String(message).startsWith('This job timed out')
}

const timeoutCodes = new Set<unknown>([
  'ECALLTIMEOUT', // ours
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ECONNABORTED', // axios
  'UND_ERR_CONNECT_TIMEOUT', // undici, and so fetch of Node.js
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/** Whether a failure was that time ran out: a `CallTimeoutError`, a `TimeoutError` of `AbortSignal.timeout`, or by its code. */
export function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  try {
    const { code, name } = error as { code?: unknown; name?: unknown }
    return name === 'TimeoutError' || (code !== undefined && timeoutCodes.has(code))
  } catch {
    return false // an error whose getters throw
  }
}

/** The default for `classify`: a value is a success, an error a failure unless it arose on the caller's side. */
export function defaultClassify(settled: PromiseSettledResult<unknown>): Outcome {
  return settled.status === 'fulfilled' ? 'success' : outcomeOfError(settled.reason)
}

/** Asks the user's `classify`; one that throws or answers anything else gives way to the default, and is reported. */
export function outcomeOf(settled: PromiseSettledResult<unknown>, classify: Classify, breaker: string): Outcome {
  try {
    const outcome = classify(settled)
    if (isOutcome(outcome)) return outcome
    hush(outcome)
    report(classify, breaker, "the `classify` function gave neither 'success', 'failure' nor 'ignored'")
  } catch (error) {
    report(classify, breaker, 'the `classify` function threw', error)
  }
  return defaultClassify(settled)
}
