import type { MetricOptions } from '@opentelemetry/api'

/** Every name that this package emits. A test compares the tables of README.md with them. */

/** The instrumentation scope. */
export const scope = '@cb/opentelemetry'

/** Attributes of spans, metrics and log events. */
export const attribute = {
  name: 'circuit_breaker.name',
  shadow: 'circuit_breaker.shadow',
  state: 'circuit_breaker.state',
  previousState: 'circuit_breaker.previous_state',
  reason: 'circuit_breaker.transition.reason',
  failureRate: 'circuit_breaker.failure_rate',
  windowCalls: 'circuit_breaker.window.calls',
  slowCalls: 'circuit_breaker.window.slow_calls',
  outcome: 'circuit_breaker.call.outcome',
  overrideKind: 'circuit_breaker.override.kind',
  note: 'circuit_breaker.note',
  fleetInstance: 'circuit_breaker.fleet.instance',
  rejectedNames: 'circuit_breaker.rejected.names',
  rejectedCount: 'circuit_breaker.rejected.count',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const

/** Names of spans, by the state that begins, and of the span of a whole outage. */
export const spanName = {
  open: 'circuit_breaker open',
  'half-open': 'circuit_breaker half_open',
  closed: 'circuit_breaker closed',
  outage: 'circuit_breaker outage',
} as const

/** The name of a call's span is this prefix, a space and the breaker's name. */
export const callSpanPrefix = 'execute'

/** Names of log events. */
export const logEvent = { transition: 'circuit_breaker.transition', override: 'circuit_breaker.override' } as const

/** The name in metrics of all breakers above `maxNames`. */
export const overflowName = '(overflow)'

/** An instrument, as it is created. */
export interface Metric extends MetricOptions {
  readonly name: string
  readonly instrument: 'Histogram' | 'ObservableCounter' | 'ObservableUpDownCounter' | 'ObservableGauge'
  readonly unit: string
  readonly description: string
}

/** What the package calls its instruments. */
export type MetricKey =
  | 'state'
  | 'transitions'
  | 'calls'
  | 'shadowedCalls'
  | 'fallbacks'
  | 'callDuration'
  | 'failureRate'
  | 'slowCallRate'
  | 'outageDuration'
  | 'override'
  | 'stateDuration'
  | 'fleetConnected'

/** Metrics. */
export const metric: Readonly<Record<MetricKey, Metric>> = {
  state: {
    name: 'circuit_breaker.state',
    instrument: 'ObservableUpDownCounter',
    unit: '{circuit_breaker}',
    description: 'Circuit breakers with the name and in the state',
  },
  transitions: {
    name: 'circuit_breaker.transitions',
    instrument: 'ObservableCounter',
    unit: '{transition}',
    description: 'State changes, from 0 on for each pair of states',
  },
  calls: {
    name: 'circuit_breaker.calls',
    instrument: 'ObservableCounter',
    unit: '{call}',
    description: 'Calls by outcome, rejected ones included',
  },
  shadowedCalls: {
    name: 'circuit_breaker.shadowed_calls',
    instrument: 'ObservableCounter',
    unit: '{call}',
    description: 'Calls that would have been rejected but for shadow mode; their outcomes are among the calls',
  },
  fallbacks: {
    name: 'circuit_breaker.fallbacks',
    instrument: 'ObservableCounter',
    unit: '{call}',
    description: 'Callers that got the answer of a fallback',
  },
  callDuration: {
    name: 'circuit_breaker.call.duration',
    instrument: 'Histogram',
    unit: 's',
    description: 'Duration of admitted calls',
    advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] },
  },
  failureRate: {
    name: 'circuit_breaker.failure_rate',
    instrument: 'ObservableGauge',
    unit: '1',
    description: 'Failures among the calls in the window',
  },
  slowCallRate: {
    name: 'circuit_breaker.slow_call_rate',
    instrument: 'ObservableGauge',
    unit: '1',
    description: 'Slow calls among the calls in the window, those in flight included',
  },
  outageDuration: {
    name: 'circuit_breaker.outage.duration',
    instrument: 'ObservableGauge',
    unit: 's',
    description: 'Time since it was last closed; 0 while it is closed',
  },
  override: {
    name: 'circuit_breaker.override',
    instrument: 'ObservableUpDownCounter',
    unit: '{circuit_breaker}',
    description: 'Circuit breakers with the name that are forced open or closed',
  },
  stateDuration: {
    name: 'circuit_breaker.state.duration',
    instrument: 'Histogram',
    unit: 's',
    description: 'Duration of a state, recorded on leaving it',
    advice: { explicitBucketBoundaries: [1, 10, 60, 300, 1800, 7200] },
  },
  fleetConnected: {
    name: 'circuit_breaker.fleet.connected',
    instrument: 'ObservableGauge',
    unit: '1',
    description: 'Of a shared breaker: 1 while its fleet can be reached, 0 while it decides alone',
  },
}
