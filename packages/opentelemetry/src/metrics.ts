import type { CircuitBreakerSnapshot, Transition, WindowSnapshot } from '@cb/core'
import type {
  Attributes,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  MeterProvider,
  Observable,
} from '@opentelemetry/api'
import { callOutcomes, states } from './attributes.ts'
import type { Faults } from './faults.ts'
import type { KnownBreakers } from './known-breakers.ts'
import { metric, scope } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

/** The metrics of all breakers: counts and states are read when a collector asks, only durations are recorded one by one. */
export class BreakerMetrics {
  readonly #breakers: KnownBreakers
  readonly #providers: Providers
  readonly #faults: Faults
  #provider: MeterProvider | undefined
  #instruments: Instruments | undefined

  constructor(breakers: KnownBreakers, providers: Providers, faults: Faults) {
    this.#breakers = breakers
    this.#providers = providers
    this.#faults = faults
    this.follow()
  }

  /**
   * Instruments made before the application's SDK started stay dead for ever, and nothing announces its start: so whenever
   * something happens they are made anew if there is another provider.
   */
  follow(): void {
    try {
      const provider = this.#providers.meter
      if (provider === this.#provider) return
      this.stop()
      this.#provider = provider
      this.#instruments = createInstruments(provider.getMeter(scope, version))
      this.#instruments.meter.addBatchObservableCallback(this.#observe, this.#instruments.observables)
    } catch (error) {
      this.#faults.report('metrics', error)
    }
  }

  stop(): void {
    const instruments = this.#instruments
    this.#instruments = undefined
    this.#provider = undefined
    try {
      instruments?.meter.removeBatchObservableCallback(this.#observe, instruments.observables)
    } catch (error) {
      this.#faults.report('metrics', error)
    }
  }

  transition({ lasted }: Transition, attributes: Attributes, stateLeft: Attributes): void {
    this.follow()
    try {
      this.#instruments?.transitions.add(1, attributes)
      this.#instruments?.stateDuration.record(lasted / 1000, stateLeft)
    } catch (error) {
      this.#faults.report('metrics', error)
    }
  }

  callDuration(ms: number, attributes: Attributes): void {
    try {
      this.#instruments?.callDuration.record(ms / 1000, attributes)
    } catch (error) {
      this.#faults.report('metrics', error)
    }
  }

  readonly #observe = (result: BatchObservableResult): void => {
    const instruments = this.#instruments
    if (instruments === undefined) return
    try {
      for (const { group, snapshots } of this.#breakers.collect()) {
        const { attributes } = group
        for (const state of states) {
          // Zero for all once the last breaker of the name is gone: SDKs repeat the last value that they were given.
          const count = snapshots.filter((snapshot) => snapshot.state === state).length
          result.observe(instruments.state, count, attributes.state(state))
        }
        const totals = group.totals()
        for (const outcome of callOutcomes)
          result.observe(instruments.calls, totals[outcome], attributes.calls(outcome))
        for (const rate of ['failureRate', 'slowCallRate'] as const) {
          const highest = highestRate(snapshots, rate)
          if (highest !== undefined) result.observe(instruments[rate], highest, attributes.name)
        }
      }
    } catch (error) {
      this.#faults.report('metrics', error)
    }
  }
}

interface Instruments {
  readonly meter: Meter
  readonly observables: Observable[]
  readonly state: Observable
  readonly calls: Observable
  readonly failureRate: Observable
  readonly slowCallRate: Observable
  readonly transitions: Counter
  readonly callDuration: Histogram
  readonly stateDuration: Histogram
}

function createInstruments(meter: Meter): Instruments {
  const state = meter.createObservableUpDownCounter(metric.state.name, metric.state)
  const calls = meter.createObservableCounter(metric.calls.name, metric.calls)
  const failureRate = meter.createObservableGauge(metric.failureRate.name, metric.failureRate)
  const slowCallRate = meter.createObservableGauge(metric.slowCallRate.name, metric.slowCallRate)
  return {
    meter,
    observables: [state, calls, failureRate, slowCallRate],
    state,
    calls,
    failureRate,
    slowCallRate,
    transitions: meter.createCounter(metric.transitions.name, metric.transitions),
    callDuration: meter.createHistogram(metric.callDuration.name, metric.callDuration),
    stateDuration: meter.createHistogram(metric.stateDuration.name, metric.stateDuration),
  }
}

type Rate = 'failureRate' | 'slowCallRate'

/** The highest of the breakers of one name; undefined below the minimum of calls. */
function highestRate(snapshots: CircuitBreakerSnapshot[], rate: Rate): number | undefined {
  const rates = snapshots.map(({ window }) => rateOf(window, rate)).filter((value) => value !== undefined)
  return rates.length === 0 ? undefined : Math.max(...rates)
}

/** Of a policy that has one, or of the first such policy of an `anyOf`. */
function rateOf(window: WindowSnapshot, rate: Rate): number | undefined {
  const value = window[rate]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  for (const policy of window.policies ?? []) {
    const found = rateOf(policy, rate)
    if (found !== undefined) return found
  }
  return undefined
}
