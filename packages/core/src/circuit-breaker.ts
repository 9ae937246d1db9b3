import { checkBoolean, checkFunction, checkNumber, checkObject, checkThat, milliseconds, show } from '@cb/checks'
import { configure, force, reset, resume } from './by-hand.ts'
import { CircuitOpenError } from './errors.ts'
import { type CircuitBreakerEvents, checkSubscription } from './events.ts'
import { type Call, type ExecuteOptions, executeWith, guardedCall } from './execute.ts'
import { Machine } from './machine.ts'
import { noticeRepetition } from './made-again.ts'
import { makeKnown } from './observer.ts'
import {
  type CircuitBreakerOptions,
  changeSettings,
  checkName,
  type LiveOptions,
  liveNames,
  parseOptions,
  type Settings,
} from './options.ts'
import type { Permit, Rejection } from './permit.ts'
import { plainCall, preparePlainCalls } from './plain-calls.ts'
import { restore, type SavedBreaker, save } from './saved-state.ts'
import { type CircuitBreakerSnapshot, takeSnapshot } from './snapshot.ts'
import type { StateName } from './states/state.ts'

/** What an override may be given. */
export interface ForceOptions {
  /** Milliseconds, above 0, after which it ends by itself. Default: a person ends it. */
  for?: number
}

/** @internal The machine behind a breaker, for what is built in but need not be in every bundle. */
export let machineOf: (breaker: CircuitBreaker) => Machine
/** @internal The same, if it has been used. */
export let usedMachineOf: (breaker: CircuitBreaker) => Machine | undefined

/** Guards one dependency: stops calling it while it fails, and finds out when it is well again. */
export class CircuitBreaker {
  static {
    machineOf = (breaker) => breaker.#machine
    usedMachineOf = (breaker) => breaker.#used
  }

  readonly name: string
  readonly #madeWith: Settings
  readonly #madeAt: number
  /** Made at the first use: of a breaker for each host, most are rarely used. */
  #used: Machine | undefined

  /** @throws TypeError or RangeError naming the option, what it was and what it may be. */
  constructor(options: CircuitBreakerOptions = {}) {
    this.#madeWith = parseOptions(options)
    this.#madeAt = this.#madeWith.clock.now()
    const { name = 'default' } = options
    this.name = checkName('name', name)
    makeKnown(this)
    noticeRepetition(this.name)
  }

  get #machine(): Machine {
    this.#used ??= new Machine(this, this.#madeWith, this.#madeAt)
    return this.#used
  }

  /** The state at the moment of asking. */
  get state(): StateName {
    return this.#machine.current().name
  }

  /** The `callTimeout` of a call that is admitted at this moment, shorter for probes; for adapters that time calls themselves. */
  get callTimeout(): number | undefined {
    this.#machine.current()
    return this.#machine.callTimeout()
  }

  /**
   * Calls `fn` if the breaker admits it, and settles its permit with the result.
   * @param fn  receives a signal that is aborted at `callTimeout` or when `options.signal` is. It need not return a promise.
   * @returns what `fn` or the fallback returns. Rejects with `CircuitOpenError` if not admitted, `CallTimeoutError` if too slow,
   *   otherwise with what `fn` threw.
   */
  execute<T, F = never>(fn: Call<T>, options?: ExecuteOptions<F>): Promise<T | F> {
    if (typeof fn !== 'function') return Promise.reject(new TypeError(`execute needs a function, got ${show(fn)}`))
    if (options !== undefined) return executeWith(this.#machine, fn, options)
    const machine = this.#used
    if (machine?.state.onValue !== undefined && !machine.callsAreWatched) return plainCall(fn, machine.state)
    return this.#executeAnew(fn)
  }

  #executeAnew<T>(fn: Call<T>): Promise<T> {
    const machine = this.#machine
    return preparePlainCalls(machine) ? plainCall(fn, machine.state) : guardedCall(machine, fn)
  }

  /** The same function behind this breaker: same parameters, same `this`, always a promise. */
  wrap<This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => Promise<Awaited<R>> {
    checkFunction('wrap(fn)', fn)
    const execute = <T>(call: Call<T>) => this.execute(call)
    return function (this: This, ...args: Args) {
      return execute(() => fn.apply(this, args) as Awaited<R>)
    }
  }

  /** Asks for the right to make one call. A permit must be settled; a rejection says when to ask again. */
  tryAcquire(): Permit | Rejection {
    return this.#machine.admit()
  }

  /** Like `tryAcquire`. @throws CircuitOpenError when not admitted. */
  acquire(): Permit {
    const admission = this.#machine.admit()
    if (admission.admitted) return admission
    throw new CircuitOpenError(this.name, admission.reason, admission.retryAfterMs)
  }

  /**
   * Refuses every call until `resume` or `reset`, or for a time. What settles meanwhile is late.
   * @param reason  why, in your words; for snapshots and events.
   */
  forceOpen(reason?: string, options?: ForceOptions): void {
    this.#force('open', 'forceOpen', reason, options)
  }

  /** Admits every call until `resume` or `reset`, or for a time; outcomes are counted and decide nothing. */
  forceClosed(reason?: string, options?: ForceOptions): void {
    this.#force('closed', 'forceClosed', reason, options)
  }

  #force(to: 'open' | 'closed', method: string, reason: string | undefined, options: ForceOptions = {}): void {
    const { for: duration } = checkObject(`${method}(options)`, options, ['for'])
    if (duration !== undefined) checkNumber(`${method} for`, duration, milliseconds)
    force(this.#machine, to, checkReason(method, reason), duration)
  }

  /** Ends an override: the breaker goes on from the state it was in before. @param reason  why, in your words, for events. */
  resume(reason?: string): void {
    resume(this.#machine, checkReason('resume', reason))
  }

  /**
   * Closes with an empty memory and ends an override. Totals go on; what was in flight is late.
   * @param reason  why, in your words, for events.
   */
  reset(reason?: string): void {
    reset(this.#machine, checkReason('reset', reason))
  }

  /**
   * Changes options of a live breaker; those of `halfOpen` one by one. The window is kept unless `trip` is changed. An open
   * duration that runs is not changed.
   * @throws TypeError or RangeError naming the option; nothing is changed then.
   */
  configure(changes: LiveOptions): void {
    checkObject('configure', changes, liveNames)
    configure(this.#machine, changeSettings(this.#machine.settings, changes))
  }

  snapshot(): CircuitBreakerSnapshot {
    return takeSnapshot(this.#machine)
  }

  /** What is needed to go on elsewhere, as plain data: `JSON.stringify(breaker)`, and `restore` there. */
  toJSON(): SavedBreaker {
    return save(this.#machine)
  }

  /**
   * Goes on from where a breaker of the same name was saved. Times are relative, so clocks may differ; probes in flight are lost,
   * and so is the window if the trip policy has other settings by now. What is in flight here is late.
   * @param saved  what `toJSON` gave.
   * @param options.orFresh  false: what is corrupt or another breaker's throws and changes nothing (default). True: the breaker
   *   starts fresh then.
   * @returns whether it was restored.
   * @throws TypeError or RangeError that says what is wrong.
   */
  restore(saved: unknown, options: { orFresh?: boolean } = {}): boolean {
    const { orFresh = false } = checkObject('restore options', options, ['orFresh'])
    checkBoolean('orFresh', orFresh)
    try {
      restore(this.#machine, saved)
      return true
    } catch (problem) {
      if (!orFresh) throw problem
      this.reset()
      return false
    }
  }

  /**
   * Listens to `transition`, `outcome` or `rejection`. A listener runs after the breaker's step is complete; events come in
   * order, and a listener that throws is reported once and harms nothing.
   * @returns a function that ends it.
   */
  on<Name extends keyof CircuitBreakerEvents>(
    event: Name,
    listener: (event: CircuitBreakerEvents[Name]) => void,
  ): () => void {
    checkSubscription(event, listener)
    return this.#machine.announcer.subscribe(event, listener)
  }
}

function checkReason(method: string, reason: string | undefined): string | undefined {
  checkThat(reason === undefined || typeof reason === 'string', `${method}(reason)`, 'a string', reason)
  return reason
}
