import type { CircuitBreaker, Observer, OutcomeEvent, RejectionEvent, Transition } from '@cb/core'
import { openingAttributes } from './attributes.ts'
import { ErrorTypes } from './error-types.ts'
import { Faults } from './faults.ts'
import { KnownBreakers } from './known-breakers.ts'
import { BreakerMetrics } from './metrics.ts'
import type { Providers } from './providers.ts'
import { TransitionLog } from './transition-log.ts'
import { TransitionSpans } from './transition-spans.ts'

/** Turns what breakers announce into spans, metrics and log events. */
export class Recorder implements Observer {
  callDuration: boolean
  readonly #breakers = new KnownBreakers()
  readonly #errorTypes = new ErrorTypes()
  readonly #metrics: BreakerMetrics
  readonly #spans: TransitionSpans
  readonly #log: TransitionLog

  constructor(providers: Providers, callDuration: boolean) {
    const faults = new Faults()
    this.callDuration = callDuration
    this.#metrics = new BreakerMetrics(this.#breakers, providers, faults)
    this.#spans = new TransitionSpans(providers, faults)
    this.#log = new TransitionLog(providers, faults)
  }

  /** Sends metrics to the present provider. */
  follow(): void {
    this.#metrics.follow()
  }

  stop(): void {
    this.#metrics.stop()
  }

  created(breaker: CircuitBreaker): void {
    this.#breakers.of(breaker)
    this.follow()
  }

  transition(event: Transition, breaker: CircuitBreaker): void {
    const known = this.#breakers.of(breaker)
    const { attributes: named } = known.group
    const attributes = named.transition(event)
    this.#metrics.transition(event, attributes, named.state(event.from))
    const detailed = { ...attributes, ...openingAttributes(event, this.#errorTypes) }
    this.#spans.transition(event, known, detailed)
    this.#log.transition(event, detailed)
  }

  outcome(event: OutcomeEvent, breaker: CircuitBreaker): void {
    this.follow()
    if (!this.callDuration || event.duration === undefined) return
    const { attributes } = this.#breakers.of(breaker).group
    this.#metrics.callDuration(event.duration, attributes.settled(event, this.#errorTypes))
  }

  rejection(event: RejectionEvent, breaker: CircuitBreaker): void {
    this.follow()
    if (event.shadow) return // it was admitted after all
    this.#spans.rejection(this.#breakers.of(breaker).group.attributes.rejected(event.state))
  }
}
