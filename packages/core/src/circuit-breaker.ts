import { assertOption, checkFunction, checkNumber, checkObject, format, milliseconds } from '@cb/checks'
import type { Call } from './call-in-flight.ts'
import { Circuit } from './circuit.ts'
import { CircuitOpenError } from './errors.ts'
import { checkSubscription, EventQueue, observersOnly } from './event-queue.ts'
import type { CircuitBreakerEvents, StateName } from './events.ts'
import { type ExecuteOptions, execute, executeBlind, executeFast, executeWith } from './execute.ts'
import { announceToAll, register } from './hub.ts'
import { swallowRejection } from './misuse.ts'
import {
  type CircuitBreakerOptions,
  checkName,
  isOfRegistry,
  keepNote,
  type LiveOptions,
  parseChanges,
  parseOptions,
} from './options.ts'
import type { Permit, Rejection } from './permit.ts'
import type { Settings } from './settings.ts'
import { type CircuitBreakerSnapshot, takeSnapshot } from './snapshot.ts'

/** Options of an override. */
export interface ForceOptions {
  /** Milliseconds, above 0, after which it ends by itself. Default: it lasts until `resume` or `reset`. */
  for?: number | undefined
}

/** Options of a wrapped function. */
export type WrapOptions<F = never> = Pick<ExecuteOptions<F>, 'fallback'>

/** Guards one dependency: stops calling it while it fails, and detects its recovery. */
export class CircuitBreaker {
  readonly name: string
  /** Until the circuit is created. */
  #settings: Settings
  /** Created lazily; with one breaker per host, most are rarely used. Until then, the time when the breaker was created. */
  #lazyCircuit: Circuit | number

  /** @throws TypeError or RangeError naming the option, what it was and what it may be. */
  constructor(options: CircuitBreakerOptions = {}) {
    this.#settings = parseOptions(options)
    this.#lazyCircuit = this.#settings.clock.now()
    const name = Object.hasOwn(options, 'name') ? options.name : undefined
    this.name = checkName('name', name === undefined ? 'default' : name)
    register(this)
    if (!isOfRegistry(options)) announceToAll(this)
  }

  get #circuit(): Circuit {
    if (typeof this.#lazyCircuit === 'number')
      this.#lazyCircuit = new Circuit(this, this.#settings, this.#lazyCircuit, observersOnly)
    return this.#lazyCircuit
  }

  /** Internal access for modules that must tree-shake away when unused. @internal */
  static circuitOf(breaker: CircuitBreaker): Circuit {
    return breaker.#circuit
  }

  /** The same without creating it. @internal */
  static createdCircuitOf(breaker: CircuitBreaker): Circuit | undefined {
    return typeof breaker.#lazyCircuit === 'number' ? undefined : breaker.#lazyCircuit
  }

  /** @internal */
  static settingsOf(breaker: CircuitBreaker): Settings {
    return CircuitBreaker.createdCircuitOf(breaker)?.settings ?? breaker.#settings
  }

  /** @internal */
  static applySettings(breaker: CircuitBreaker, settings: Settings): void {
    breaker.#settings = settings
    CircuitBreaker.createdCircuitOf(breaker)?.configure(settings)
  }

  /** The state at the moment of asking. */
  get state(): StateName {
    return this.#circuit.current().name
  }

  /** The `callTimeout` of a call that is admitted at this moment, shorter for probes; for adapters that time calls themselves. */
  get callTimeout(): number | undefined {
    return this.#circuit.callTimeout(this.#circuit.current())
  }

  /**
   * Calls `fn` if the breaker admits it, and settles its permit with the result.
   * @param fn  receives a signal that is aborted at `callTimeout` or when `options.signal` is. It need not return a promise.
   * @returns what `fn` or the fallback returns. Rejects with `CircuitOpenError` if not admitted, `CallTimeoutError` if too slow,
   *   otherwise with what `fn` threw.
   */
  execute<T, F = never>(fn: Call<T>, options?: ExecuteOptions<F>): Promise<T | F> {
    if (typeof fn !== 'function') return rejectNoFunction(fn)
    const circuit = this.#lazyCircuit
    const isFast = typeof circuit !== 'number' && circuit.onValue !== undefined && !circuit.audience.hasCallListeners
    if (isFast && options === undefined) return executeFast(circuit, fn)
    return options === undefined ? execute(this.#circuit, fn) : executeWith(this.#circuit, fn, options)
  }

  /**
   * The same function behind this breaker: same parameters, `this`, name, length and other properties, always a promise. It gives `fn` no signal, so a
   * `callTimeout` answers the caller, but can't stop the work; `execute((signal) => fn(…, signal))` can.
   */
  wrap<Fn extends (...args: never[]) => Promise<unknown>>(fn: Fn): Fn
  wrap<This, Args extends unknown[], R, F = never>(
    fn: (this: This, ...args: Args) => R,
    options?: WrapOptions<F>,
  ): (this: This, ...args: Args) => Promise<Awaited<R> | F>
  wrap(
    fn: (...args: unknown[]) => unknown,
    options: WrapOptions<unknown> = {},
  ): (...args: unknown[]) => Promise<unknown> {
    checkFunction('wrap(fn)', fn)
    const { fallback } = checkObject('wrap options', options, ['fallback'])
    if (fallback !== undefined) checkFunction('fallback', fallback)
    const callOptions = { fallback, isBlind: true }
    const execute = (call: Call<unknown>) => executeBlind(this.#circuit, call, callOptions)
    const wrapped = function (this: unknown, ...args: unknown[]) {
      return execute(() => fn.apply(this, args))
    }
    const { prototype, arguments: _, caller, ...own } = Object.getOwnPropertyDescriptors(fn) as PropertyDescriptorMap
    return Object.defineProperties(wrapped, own)
  }

  /** Asks for the right to make one call. A permit must be settled; a rejection says when to retry. */
  tryAcquire(): Permit | Rejection {
    return this.#circuit.admit()
  }

  /**
   * What a caller of `tryAcquire` may wait for, so that it is not rejected for want of a lease: undefined, unless a fleet shares the
   * breaker and it is half-open. `execute` and `wrap` wait by themselves. Short, and never rejects.
   */
  ready(): Promise<void> | undefined {
    return this.#circuit.probeAdmission && this.#circuit.ready()
  }

  /** Like `tryAcquire`. @throws CircuitOpenError when not admitted. */
  acquire(): Permit {
    const admission = this.#circuit.admit()
    if (admission.admitted) return admission
    throw new CircuitOpenError(this.name, admission.reason, admission.retryAfterMs, admission.trip)
  }

  /**
   * Rejects every call until `resume` or `reset`, or for a time. Calls that finish during the override are counted as late.
   * @param note  why, in your words, for snapshots and events; at most 1 000 characters are kept.
   */
  forceOpen(note?: string, options?: ForceOptions): void {
    this.#force('open', 'forceOpen', note, options)
  }

  /** Admits every call until `resume` or `reset`, or for a time; outcomes are counted and decide nothing. */
  forceClosed(note?: string, options?: ForceOptions): void {
    this.#force('closed', 'forceClosed', note, options)
  }

  #force(to: 'open' | 'closed', method: string, note: string | undefined, options: ForceOptions = {}): void {
    const { for: duration } = checkObject(`${method}(options)`, options, ['for'])
    if (duration !== undefined) checkNumber(`${method} for`, duration, milliseconds)
    this.#circuit.force(to, checkNote(method, note), duration)
  }

  /** Ends an override: the breaker goes on from the state it was in before. @param note  why, in your words, for events. */
  resume(note?: string): void {
    this.#circuit.resume(checkNote('resume', note))
  }

  /**
   * Closes with an empty memory and ends an override. Totals go on; calls in flight are late.
   * @param note  why, in your words, for events.
   */
  reset(note?: string): void {
    this.#circuit.reset(checkNote('reset', note))
  }

  /**
   * Ends the open state, also a forced one: the next calls are probes. For an operator who has just mended the dependency; without
   * effect while closed or half-open.
   * @param note  why, in your words, for events.
   */
  probeNow(note?: string): void {
    this.#circuit.probeNow(checkNote('probeNow', note))
  }

  /**
   * Changes options of a live breaker; those of `halfOpen` one by one. The window is kept unless `trip` is changed. A running open
   * duration and a running recovery are not changed.
   * @throws TypeError or RangeError naming the option; nothing is changed then.
   */
  configure(changes: LiveOptions): void {
    CircuitBreaker.applySettings(this, parseChanges(CircuitBreaker.settingsOf(this), changes))
  }

  /**
   * Counts and announces that a fallback has answered a caller. `execute` and `wrap` do so themselves; for adapters that have
   * fallbacks of their own.
   * @param error  what it replaced.
   */
  countFallback(error: unknown): void {
    this.#circuit.countFallback(error)
  }

  snapshot(): CircuitBreakerSnapshot {
    return takeSnapshot(this.#circuit)
  }

  /**
   * Listens to `transition`, `outcome`, `rejection` or `fallback`. A listener runs after the breaker's step is complete; events come in
   * order, and a listener that throws is logged once and harms nothing.
   * @returns a function that ends it.
   */
  on<Name extends keyof CircuitBreakerEvents>(
    event: Name,
    listener: (event: CircuitBreakerEvents[Name]) => void,
  ): () => void {
    checkSubscription(event, listener)
    const circuit = this.#circuit
    const queue = circuit.audience === observersOnly ? new EventQueue() : (circuit.audience as EventQueue)
    circuit.audience = queue
    return queue.subscribe(event, listener)
  }
}

function rejectNoFunction(fn: unknown): Promise<never> {
  const isPromise = typeof (fn as PromiseLike<unknown> | null | undefined)?.then === 'function'
  swallowRejection(fn) // it would end the process, beside this error
  const got = isPromise ? 'a promise: pass () => promise' : format(fn)
  return Promise.reject(new TypeError(`execute needs a function, got ${got}`))
}

function checkNote(method: string, note: string | undefined): string | undefined {
  assertOption(note === undefined || typeof note === 'string', `${method}(note)`, 'a string', note)
  return note && keepNote(note)
}
