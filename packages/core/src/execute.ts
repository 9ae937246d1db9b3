import { assertOption, checkFunction, checkObject } from '@cb/checks'
import { answerInstead, type Call, CallInFlight, type Fallback, intrinsicThen } from './call-in-flight.ts'
import { type Settle, TimedCall } from './call-timeout.ts'
import { CancellableCall } from './caller-signal.ts'
import type { Circuit } from './circuit.ts'
import { defaultClassify, outcomeOfError } from './outcome.ts'
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

// The fast path: calls that need only counting. Two callbacks, created once per closed period, so that late results miss them.

/** Calls `fn` on the fast path if that is enough for the circuit as it is now, otherwise on the general path. */
export function execute<T>(circuit: Circuit, fn: Call<T>): Promise<T> {
  return enableFastPath(circuit) ? executeFast(circuit, fn) : executeGuarded(circuit, fn)
}

/** The same for `wrap`, whose function takes no signal. */
export function executeBlind<T, F>(circuit: Circuit, fn: Call<T>, options: CallOptions<F>): Promise<T | F> {
  const isFast = circuit.onValue !== undefined && !circuit.audience.hasCallListeners
  const needsOnlyCounting = options.fallback === undefined && (isFast || enableFastPath(circuit))
  return needsOnlyCounting ? executeFast(circuit, fn, true) : executeGuarded(circuit, fn, options)
}

/** A closed circuit without listeners to calls, `classify`, or a policy that follows or rejects calls. */
function enableFastPath(circuit: Circuit): boolean {
  const { state, settings, audience } = circuit
  if (audience.hasCallListeners || !(state instanceof Closed) || !state.needsOnlyCounting) return false
  if (settings.classify !== defaultClassify) return false
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

/**
 * @param circuit  with the fast path enabled.
 * @param isBlind  the function takes no signal.
 */
export function executeFast<T>(circuit: Circuit, fn: Call<T>, isBlind = false): Promise<T> {
  const { onValue, onError, settings } = circuit
  if (settings.callTimeout !== undefined) return executeTimed(circuit, fn, isBlind)
  try {
    return intrinsicThen.call(Promise.resolve(fn(idleSignal)), onValue, onError) as Promise<T>
  } catch (error) {
    return Promise.reject(error).then(undefined, onError) as Promise<T>
  }
}

function executeTimed<T>({ name, onValue, onError, settings }: Circuit, fn: Call<T>, isBlind: boolean): Promise<T> {
  const controller = isBlind ? undefined : new AbortController()
  const call = new TimedCall(name, onValue as Settle, onError as Settle, controller)
  return call.run(fn, controller?.signal ?? idleSignal, settings.callTimeout) as Promise<T>
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
  return executeGuarded(circuit, fn, { signal, fallback })
}

/** By its method, for there are polyfills. */
function isSignal(value: unknown): boolean {
  return typeof (value as { addEventListener?: unknown } | null)?.addEventListener === 'function'
}

/** How a call is made. */
export interface CallOptions<F> extends ExecuteOptions<F> {
  /** A background probe: identifies it to the admission seam, and its timers keep no process alive. */
  readonly caller?: object
  /** The function takes no signal. */
  readonly isBlind?: boolean
}

const plain: CallOptions<never> = /* @__PURE__ */ Object.freeze({})

export function executeGuarded<T, F = never>(
  circuit: Circuit,
  fn: Call<T>,
  options: CallOptions<F> = plain,
): Promise<T | F> {
  const ready = circuit.probeAdmission && circuit.ready()
  return ready === undefined ? admitAndRun(circuit, fn, options) : ready.then(() => admitAndRun(circuit, fn, options))
}

function admitAndRun<T, F>(circuit: Circuit, fn: Call<T>, options: CallOptions<F>): Promise<T | F> {
  const { signal, fallback, caller } = options
  if (signal?.aborted) return Promise.reject(signal.reason) // cancelled before it began: nothing to admit
  const admission = circuit.admit(caller)
  if (admission.admitted) return executeAdmitted(circuit, admission, fn, options)
  const rejected = rejectCall(circuit, admission)
  return fallback === undefined ? rejected : rejected.catch((error) => answerInstead(circuit, fallback, error))
}

/** Nothing between here and the settlement of the permit throws. */
function executeAdmitted<T, F>(
  circuit: Circuit,
  permit: Permit,
  fn: Call<T>,
  { signal, fallback, caller, isBlind }: CallOptions<F>,
): Promise<T | F> {
  const call = new CallInFlight(circuit, permit, fallback)
  const { callTimeout } = permit
  const observed: Call<T> = circuit.audience.hasCallListeners ? (given) => permit.run(() => fn(given)) : fn
  if (callTimeout === undefined && signal === undefined) return runUnlimited(call, observed)
  const controller = isBlind ? undefined : new AbortController()
  const keepsAlive = caller === undefined
  const limited =
    signal === undefined
      ? new TimedCall(circuit.name, call.onValue, call.onError, controller, keepsAlive)
      : new CancellableCall(circuit.name, call, signal, controller, keepsAlive)
  return limited.run(observed, controller?.signal ?? idleSignal, callTimeout) as Promise<T | F>
}

function runUnlimited<T, F>({ onValue, onError }: CallInFlight, fn: Call<T>): Promise<T | F> {
  try {
    return intrinsicThen.call(Promise.resolve(fn(idleSignal)), onValue, onError) as Promise<T | F>
  } catch (error) {
    return Promise.reject(error).then(undefined, onError) as Promise<T | F>
  }
}
