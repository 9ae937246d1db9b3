import {
  type CircuitBreaker,
  type Observer,
  type OutcomeEvent,
  observe,
  type RejectionEvent,
  type Transition,
} from '@cb/core'
import { context, trace } from '@opentelemetry/api'
import { openingAttributes, transitionAttributes } from './attributes.ts'
import { CallSpans } from './call-spans.ts'
import { ErrorTypes } from './error-types.ts'
import { Faults } from './faults.ts'
import { KnownBreakers } from './known-breakers.ts'
import { BreakerMetrics } from './metrics.ts'
import type { TelemetrySettings } from './options.ts'
import type { Providers } from './providers.ts'
import { TransitionLog } from './transition-log.ts'
import { TransitionSpans } from './transition-spans.ts'

/** Turns what breakers announce into spans, metrics and log events. */
export class Recorder implements Observer {
  readonly #breakers: KnownBreakers
  readonly #errorTypes = new ErrorTypes()
  readonly #metrics: BreakerMetrics
  readonly #callSpans: CallSpans
  readonly #transitionSpans: TransitionSpans
  readonly #log: TransitionLog
  #unobserve: (() => void) | undefined
  #unobserveCalls: (() => void) | undefined
  #waiting: ReturnType<typeof setInterval> | undefined

  constructor(providers: Providers, settings: TelemetrySettings) {
    const faults = new Faults()
    this.#breakers = new KnownBreakers(settings, faults)
    this.#metrics = new BreakerMetrics(this.#breakers, providers, faults)
    this.#callSpans = new CallSpans(providers, faults, this.#errorTypes)
    this.#transitionSpans = new TransitionSpans(providers, faults)
    this.#log = new TransitionLog(providers, faults)
  }

  start(): void {
    this.#unobserve = observe(this)
    this.#observeCalls()
  }

  stop(): void {
    clearInterval(this.#waiting)
    this.#unobserve?.()
    this.#unobserveCalls?.()
    this.#metrics.stop()
  }

  configure(settings: TelemetrySettings): void {
    this.#breakers.settings = settings
    this.#observeCalls()
  }

  /** Sends metrics to the present provider. */
  follow(): void {
    if (this.#metrics.follow()) this.#observeCalls()
  }

  created(breaker: CircuitBreaker): void {
    this.#breakers.of(breaker)
    this.follow()
  }

  readonly #outcome = (event: OutcomeEvent, breaker: CircuitBreaker, call?: object): void => {
    this.follow()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.stirred = true
    known.lastCall = this.#callSpans.settled(event, call)
    if (!this.#breakers.settings.callDuration || event.duration === undefined) return
    this.#metrics.callDuration(event.duration, known.group.attributes.settled(event, this.#errorTypes))
  }

  transition(event: Transition, breaker: CircuitBreaker): void {
    this.follow()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.stirred = true
    this.#metrics.transition(event, known.group.attributes)
    const attributes = {
      ...known.identity(breaker),
      ...transitionAttributes(event),
      ...openingAttributes(event, this.#errorTypes),
    }
    // The outcome that causes a transition is announced just before it.
    const { lastCall } = known
    const caller =
      event.cause === 'call' && lastCall ? trace.setSpanContext(context.active(), lastCall) : context.active()
    this.#transitionSpans.transition(event, known, attributes, caller, this.#breakers.settings.outageSpan)
    this.#log.transition(event, attributes, caller)
  }

  rejection(event: RejectionEvent, breaker: CircuitBreaker): void {
    this.follow()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.stirred = true
    if (event.shadow) return // it was admitted after all
    this.#callSpans.rejected(event, known.identity(breaker), this.#breakers.settings.callSpans !== 'off')
  }

  /** To follow every call costs even if nothing comes of it: so it is done only while somebody takes what is recorded. */
  #observeCalls(): void {
    this.#unobserveCalls?.()
    const { callSpans, callDuration } = this.#breakers.settings
    const outcome = this.#outcome
    const areHeard = callSpans === 'all' || (callDuration && this.#metrics.isLive)
    this.#breakers.callsAreHeard = areHeard
    this.#unobserveCalls = areHeard
      ? observe(callSpans === 'all' ? { outcome, call: this.#runInSpan } : { outcome })
      : undefined
    this.#awaitSdk()
  }

  /** Nothing announces that an SDK has started, and a breaker whose calls nobody follows may have nothing to tell for long. */
  #awaitSdk(): void {
    clearInterval(this.#waiting)
    if (this.#metrics.isLive) return
    this.#waiting = setInterval(() => this.follow(), 1_000)
    ;(this.#waiting as { unref?(): void }).unref?.()
  }

  readonly #runInSpan = (run: () => void, breaker: CircuitBreaker, call: object): void => {
    const known = this.#breakers.of(breaker)
    if (known !== null) this.#callSpans.run(run, known.identity(breaker), call)
  }
}
