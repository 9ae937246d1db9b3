import {
  type CircuitBreaker,
  type FallbackEvent,
  type Observer,
  type OutcomeEvent,
  type OverrideEvent,
  observe,
  type RejectionEvent,
  type Transition,
} from '@cb/core'
import { context, trace } from '@opentelemetry/api'
import { fleetAttributes, openingAttributes, ownOf, transitionAttributes } from './attributes.ts'
import { CallSpans } from './call-spans.ts'
import { Diagnostics } from './diagnostics.ts'
import { ErrorTypes } from './error-types.ts'
import { EventLog } from './event-log.ts'
import { KnownBreakers } from './known-breakers.ts'
import { BreakerMetrics } from './metrics.ts'
import type { TelemetrySettings } from './options.ts'
import type { Providers } from './providers.ts'
import { TransitionSpans } from './transition-spans.ts'

/** Turns the events of breakers into spans, metrics and log events. */
export class Recorder implements Observer {
  readonly #breakers: KnownBreakers
  readonly #errorTypes: ErrorTypes
  readonly #metrics: BreakerMetrics
  readonly #callSpans: CallSpans
  readonly #transitionSpans: TransitionSpans
  readonly #log: EventLog
  #unobserve: (() => void) | undefined
  #unobserveCalls: (() => void) | undefined
  #sdkPoll: ReturnType<typeof setInterval> | undefined

  constructor(providers: Providers, settings: TelemetrySettings) {
    const diagnostics = new Diagnostics()
    this.#errorTypes = new ErrorTypes(diagnostics)
    this.#breakers = new KnownBreakers(settings, diagnostics)
    this.#metrics = new BreakerMetrics(this.#breakers, providers, diagnostics)
    this.#callSpans = new CallSpans(providers, diagnostics, this.#errorTypes)
    this.#transitionSpans = new TransitionSpans(providers, diagnostics)
    this.#log = new EventLog(providers, diagnostics)
  }

  start(): void {
    this.#unobserve = observe(this)
    this.#observeCalls()
  }

  stop(): void {
    clearInterval(this.#sdkPoll)
    this.#unobserve?.()
    this.#unobserveCalls?.()
    this.#metrics.stop()
  }

  configure(settings: TelemetrySettings): void {
    this.#breakers.settings = settings
    this.#observeCalls()
  }

  /** Switches to the present meter provider, if it has changed. */
  useCurrentProvider(): void {
    if (this.#metrics.useCurrentProvider()) this.#observeCalls()
  }

  created(breaker: CircuitBreaker): void {
    this.#breakers.see(breaker)
    this.useCurrentProvider()
  }

  readonly #outcome = (event: OutcomeEvent, breaker: CircuitBreaker, call?: object): void => {
    this.useCurrentProvider()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.dirty = true
    known.lastCall = this.#callSpans.settled(event, call)
    if (!this.#breakers.settings.callDuration || event.duration === undefined) return
    this.#metrics.callDuration(event.duration, known.group.attributes.settled(event, this.#errorTypes))
  }

  transition(transition: Transition, breaker: CircuitBreaker): void {
    const event = ownOf(transition)
    this.useCurrentProvider()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.transition(event)
    this.#breakers.update(known) // its mode may have changed since the last collection
    const { settings } = this.#breakers
    known.group.transition(event)
    if (settings.stateDuration) this.#metrics.stateDuration(event, known.group.attributes)
    const attributes = {
      ...known.identity(breaker),
      ...transitionAttributes(event),
      ...openingAttributes(event, this.#errorTypes),
      ...fleetAttributes(event),
    }
    // The event of the outcome that causes a transition comes just before it.
    const { lastCall } = known
    const caller =
      event.cause === 'call' && lastCall ? trace.setSpanContext(context.active(), lastCall) : context.active()
    this.#transitionSpans.transition(event, known, attributes, caller, settings)
    this.#log.transition(event, attributes, caller)
  }

  fallback(_event: FallbackEvent, breaker: CircuitBreaker): void {
    const known = this.#breakers.of(breaker)
    if (known !== null) known.dirty = true // it may come long after its call
  }

  override(override: OverrideEvent, breaker: CircuitBreaker): void {
    const event = ownOf(override)
    this.useCurrentProvider()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.dirty = true
    this.#log.override(event, known.identity(breaker))
  }

  rejection(event: RejectionEvent, breaker: CircuitBreaker): void {
    this.useCurrentProvider()
    const known = this.#breakers.of(breaker)
    if (known === null) return
    known.dirty = true
    if (event.shadow) return // shadow mode admitted the call
    this.#callSpans.rejected(event, known.identity(breaker), this.#breakers.settings.callSpans !== 'off')
  }

  /** Observes each call only while the data is recorded, because that costs time even if it is dropped. */
  #observeCalls(): void {
    this.#unobserveCalls?.()
    const { callSpans, callDuration } = this.#breakers.settings
    const outcome = this.#outcome
    const areObserved = callSpans === 'all' || (callDuration && this.#metrics.isLive)
    this.#breakers.callsAreObserved = areObserved
    this.#unobserveCalls = areObserved
      ? observe(callSpans === 'all' ? { outcome, call: this.#runInSpan } : { outcome })
      : undefined
    this.#pollForSdk()
  }

  /** There is no event for the start of an SDK, and without observed calls a breaker may have no event for long. */
  #pollForSdk(): void {
    clearInterval(this.#sdkPoll)
    if (this.#metrics.isLive) return
    this.#sdkPoll = setInterval(() => this.useCurrentProvider(), 1_000)
    ;(this.#sdkPoll as { unref?(): void }).unref?.()
  }

  readonly #runInSpan = (run: () => void, breaker: CircuitBreaker, call: object): void => {
    const known = this.#breakers.of(breaker)
    if (known !== null) this.#callSpans.run(run, known.identity(breaker), call)
  }
}
