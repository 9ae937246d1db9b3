import type { Transition } from '@cb/core'
import {
  type Attributes,
  type BatchObservableResult,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  type Observable,
} from '@opentelemetry/api'
import { callOutcomes, overrideKinds, states } from './attributes.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { KnownBreakers } from './known-breakers.ts'
import type { MetricAttributes } from './metric-attributes.ts'
import type { NameReport } from './name-group.ts'
import { metric, scope } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

/** Without an SDK every meter returns this one histogram. */
const noopHistogram = createNoopMeter().createHistogram('')

/** The metrics of all breakers. Counts and states are read at each collection; only durations are recorded one by one. */
export class BreakerMetrics {
  readonly #breakers: KnownBreakers
  readonly #providers: Providers
  readonly #diagnostics: Diagnostics
  #provider: MeterProvider | undefined
  #instruments: Instruments | undefined

  constructor(breakers: KnownBreakers, providers: Providers, diagnostics: Diagnostics) {
    this.#breakers = breakers
    this.#providers = providers
    this.#diagnostics = diagnostics
    this.useCurrentProvider()
  }

  /**
   * Creates new instruments if the provider has changed. Instruments that are created before the SDK starts never record anything, and
   * there is no event for its start, so this is called at every event.
   * @returns whether the provider has changed.
   */
  useCurrentProvider(): boolean {
    try {
      const provider = this.#providers.meter
      if (provider === this.#provider) return false
      this.stop()
      this.#provider = provider
      this.#instruments = createInstruments(provider.getMeter(scope, version))
      this.#instruments.meter.addBatchObservableCallback(this.#observe, this.#instruments.observables)
    } catch (error) {
      this.#diagnostics.report('metrics', error)
    }
    return true
  }

  /** Whether there is an SDK that records. */
  get isLive(): boolean {
    return this.#instruments !== undefined && this.#instruments.callDuration !== noopHistogram
  }

  stop(): void {
    const instruments = this.#instruments
    this.#instruments = undefined
    this.#provider = undefined
    try {
      instruments?.meter.removeBatchObservableCallback(this.#observe, instruments.observables)
    } catch (error) {
      this.#diagnostics.report('metrics', error)
    }
  }

  stateDuration(event: Transition, attributes: MetricAttributes): void {
    try {
      this.#instruments?.stateDuration.record(event.stateDuration / 1000, attributes.state(event.from))
    } catch (error) {
      this.#diagnostics.report('metrics', error)
    }
  }

  callDuration(ms: number, attributes: Attributes): void {
    try {
      this.#instruments?.callDuration.record(ms / 1000, attributes)
    } catch (error) {
      this.#diagnostics.report('metrics', error)
    }
  }

  readonly #observe = (result: BatchObservableResult): void => {
    const instruments = this.#instruments
    if (instruments === undefined) return
    this.#breakers.refresh()
    for (const group of this.#breakers) {
      try {
        const report = group.report()
        if (report !== undefined) observeName(result, instruments, group.attributes, report)
      } catch (error) {
        this.#diagnostics.report('metrics', error)
      }
    }
  }
}

function observeName(
  result: BatchObservableResult,
  instruments: Instruments,
  attributes: MetricAttributes,
  report: NameReport,
): void {
  const { totals, failureRate, slowCallRate, outageDuration, overrides, isConnected } = report
  for (const state of states) result.observe(instruments.state, report.states[state], attributes.state(state))
  for (const outcome of callOutcomes) result.observe(instruments.calls, totals[outcome], attributes.calls(outcome))
  for (const [index, count] of report.transitions.entries())
    result.observe(instruments.transitions, count, attributes.transitions[index])
  if (report.shadows) result.observe(instruments.shadowedCalls, totals.shadowed, attributes.name)
  result.observe(instruments.fallbacks, totals.fallbacks, attributes.name)
  result.observe(instruments.outageDuration, outageDuration / 1000, attributes.name)
  if (overrides !== undefined)
    for (const kind of overrideKinds) result.observe(instruments.override, overrides[kind], attributes.override(kind))
  if (failureRate !== undefined) result.observe(instruments.failureRate, failureRate, attributes.name)
  if (isConnected !== undefined) result.observe(instruments.fleetConnected, isConnected ? 1 : 0, attributes.name)
  if (slowCallRate !== undefined) result.observe(instruments.slowCallRate, slowCallRate, attributes.name)
}

interface Instruments {
  readonly meter: Meter
  readonly observables: Observable[]
  readonly state: Observable
  readonly calls: Observable
  readonly transitions: Observable
  readonly shadowedCalls: Observable
  readonly fallbacks: Observable
  readonly failureRate: Observable
  readonly slowCallRate: Observable
  readonly outageDuration: Observable
  readonly override: Observable
  readonly fleetConnected: Observable
  readonly callDuration: Histogram
  readonly stateDuration: Histogram
}

function createInstruments(meter: Meter): Instruments {
  const state = meter.createObservableUpDownCounter(metric.state.name, metric.state)
  const calls = meter.createObservableCounter(metric.calls.name, metric.calls)
  const transitions = meter.createObservableCounter(metric.transitions.name, metric.transitions)
  const shadowedCalls = meter.createObservableCounter(metric.shadowedCalls.name, metric.shadowedCalls)
  const fallbacks = meter.createObservableCounter(metric.fallbacks.name, metric.fallbacks)
  const failureRate = meter.createObservableGauge(metric.failureRate.name, metric.failureRate)
  const slowCallRate = meter.createObservableGauge(metric.slowCallRate.name, metric.slowCallRate)
  const outageDuration = meter.createObservableGauge(metric.outageDuration.name, metric.outageDuration)
  const override = meter.createObservableUpDownCounter(metric.override.name, metric.override)
  const fleetConnected = meter.createObservableGauge(metric.fleetConnected.name, metric.fleetConnected)
  const rates = { failureRate, slowCallRate, outageDuration, fleetConnected }
  const observables = { state, calls, transitions, shadowedCalls, fallbacks, override, ...rates }
  return {
    meter,
    ...observables,
    observables: Object.values(observables),
    callDuration: meter.createHistogram(metric.callDuration.name, metric.callDuration),
    stateDuration: meter.createHistogram(metric.stateDuration.name, metric.stateDuration),
  }
}
