import { askFallback, assertOption, checkFunction, checkObject } from '@cb/checks'
import { type Call, callWithTimeout, intrinsicThen } from './call-timeout.ts'
import type { Circuit } from './circuit.ts'
import { defaultClassify, isFailure, isRejection, type Outcome, outcomeOfError, settleWith } from './outcome.ts'
import type { Permit } from './permit.ts'
import { rejectCall, Thrown } from './rejected-call.ts'
import { Closed } from './states/closed.ts'

/** Options of one call through `execute`. */
export interface ExecuteOptions<F = never> {
  /** Cancels the call: it rejects at once with the signal's reason, and its outcome is `ignored`. */
  signal?: AbortSignal | undefined
  /**
   * Answers instead of the call when a breaker or a limiter rejected it, this breaker or one inside the call, and when it counts
   * as a failure; rethrow what you do not want to replace. Anything else passes through: a value or an error that `classify` says
   * is a success or ignored, an abort. For a value that counts as a failure, the error is the one that `classify` gave, or has the
   * value as its `cause`. What it throws is passed on as it is; only the rejection of another breaker is replaced by a copy that
   * has the original error as `cause`.
   */
  fallback?: Fallback<F> | undefined
}

type Fallback<F> = (error: unknown) => F | PromiseLike<F>

// The fast path: calls that need only counting. Two callbacks, created once per closed period, so that late results miss them.

/** Calls `fn` on the fast path if that is enough for the circuit as it is now, otherwise on the general path. */
export function execute<T>(circuit: Circuit, fn: Call<T>): Promise<T> {
  return enableFastPath(circuit) ? executeFast(circuit, fn) : executeGuarded(circuit, fn)
}

/** A closed circuit without listeners to calls, `classify`, `callTimeout`, or a policy that follows or rejects calls. */
function enableFastPath(circuit: Circuit): boolean {
  const { state, settings, audience } = circuit
  if (audience.hasCallListeners || !(state instanceof Closed) || !state.needsOnlyCounting) return false
  if (settings.classify !== defaultClassify || settings.callTimeout !== undefined) return false
  circuit.onValue = (value) => {
    circuit.succeed(state)
    return value
  }
  circuit.onError = (error) => {
    if (outcomeOfError(error) === 'failure') circuit.fail(state, error)
    else circuit.settle(state, 'ignored', error)
    return new Thrown(error)
  }
  return true
}

/** @param circuit  with the fast path enabled. */
export function executeFast<T>({ onValue, onError }: Circuit, fn: Call<T>): Promise<T> {
  try {
    return intrinsicThen.call(Promise.resolve(fn(idleSignal)), onValue, onError) as Promise<T>
  } catch (error) {
    return Promise.reject(error).then(undefined, onError) as Promise<T>
  }
}

/**
 * The signal of calls without a limit, shared by all of them: an AbortController for each would cost more than the rest of the
 * call. It has no source, so it never aborts, and it keeps no listeners, so none pile up.
 */
const idleSignal = /* @__PURE__ */ createIdleSignal()

function createIdleSignal(): AbortSignal {
  const signal = typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal
  return Object.defineProperty(signal, 'addEventListener', { value: () => {} })
}

// The general path: admission, call within its limits, classification, settlement.

/** A call with options, which are checked before it is admitted. */
export async function executeWith<T, F>(circuit: Circuit, fn: Call<T>, options: ExecuteOptions<F>): Promise<T | F> {
  if (isSignal(options)) throw new TypeError('execute takes the signal as an option: execute(fn, { signal })')
  const { signal, fallback } = checkObject('execute options', options, ['signal', 'fallback'])
  assertOption(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal)
  if (fallback !== undefined) checkFunction('fallback', fallback)
  return executeGuarded(circuit, fn, signal, fallback)
}

/** By its method, for there are polyfills. */
function isSignal(value: unknown): boolean {
  return typeof (value as { addEventListener?: unknown } | null)?.addEventListener === 'function'
}

/** @param caller  a background probe: identifies it to the admission seam, and its timers keep no process alive. */
export function executeGuarded<T, F = never>(
  circuit: Circuit,
  fn: Call<T>,
  signal?: AbortSignal,
  fallback?: Fallback<F>,
  caller?: unknown,
): Promise<T | F> {
  if (signal?.aborted) return Promise.reject(signal.reason) // cancelled before it began: nothing to admit
  const admission = circuit.admit(caller)
  if (admission.admitted) return executeAdmitted(circuit, admission, fn, signal, fallback, caller === undefined)
  const rejected = rejectCall(circuit, admission)
  return fallback === undefined ? rejected : rejected.catch((error) => answerInstead(circuit, fallback, error))
}

/** Apart, so that a rejected call does not pay for its closures. Nothing here throws before the permit is settled. */
function executeAdmitted<T, F>(
  circuit: Circuit,
  permit: Permit,
  fn: Call<T>,
  signal: AbortSignal | undefined,
  fallback: Fallback<F> | undefined,
  keepsAlive: boolean,
): Promise<T | F> {
  const { name: breaker } = circuit
  const { classify } = circuit.settings
  const callTimeout = permit.callTimeout
  let cancelled = false
  const onCancel = () => {
    cancelled = true
  }
  const call = () => {
    if (callTimeout === undefined && signal === undefined) return fn(idleSignal)
    return callWithTimeout(fn, { breaker, callTimeout, signal, keepsAlive, onCancel })
  }
  const onValue = (value: T) => {
    const answer = settleWith(permit, { status: 'fulfilled', value }, classify, breaker)
    return fallback && isFailure(answer) ? answerInstead(circuit, fallback, errorOf(answer, value)) : value
  }
  const onError = (reason: unknown) => {
    if (cancelled) permit.settle('ignored', reason)
    else {
      const answer = settleWith(permit, { status: 'rejected', reason }, classify, breaker)
      if (fallback && (isFailure(answer) || isRejection(reason))) return answerInstead(circuit, fallback, reason)
    }
    return new Thrown(reason) as never
  }
  try {
    return intrinsicThen.call(Promise.resolve(permit.run(call)), onValue as (value: unknown) => T, onError) as Promise<
      T | F
    >
  } catch (error) {
    return Promise.reject(error).then(undefined, onError)
  }
}

/** What the caller gets in place of a call, counted once it is there. */
async function answerInstead<F>(circuit: Circuit, fallback: Fallback<F>, error: unknown): Promise<F> {
  const answer = await askFallback(fallback, error)
  circuit.countFallback(error)
  return answer
}

/** The error of a call that has resolved to a value which counts as a failure. */
function errorOf(answer: Outcome | Error, value: unknown): Error {
  if (typeof answer !== 'string') return answer
  return new Error('the call has resolved to a value that counts as a failure', { cause: value })
}
