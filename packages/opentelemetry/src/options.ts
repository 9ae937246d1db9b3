import { checkBoolean, checkFunction, checkNumber, format } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

/** What is recorded, and of which breakers. `filter`, `aggregate` and `maxNames` are applied when a breaker is first seen. */
export interface TelemetryOptions {
  /** Record the duration of each call. Default true. Only this and `callSpans: 'all'` cost time in every call. */
  callDuration?: boolean
  /**
   * Spans for no calls, for rejected calls or for all calls. Default off, because HTTP clients have spans already. A call runs inside
   * its span, so that spans of HTTP clients are children of it.
   */
  callSpans?: 'off' | 'rejected' | 'all'
  /** Record how long each state lasted, in a histogram. Default true. Without it a breaker that has had an outage has 27 series less. */
  stateDuration?: boolean
  /** Record a span for each transition. Default true. Log events and metrics have the transitions too. */
  transitionSpans?: boolean
  /** When a breaker closes, record a span of the whole time in which it was not closed. Default false. */
  outageSpan?: boolean
  /** Which breakers are recorded. Default: all. If it throws, the breaker is recorded. */
  filter?: ((breaker: CircuitBreaker) => boolean) | undefined
  /**
   * The name of a breaker in metrics, to combine several breakers, for example all hosts of a partner. Default: its own name. Spans and
   * log events always have its own name.
   */
  aggregate?: ((breaker: CircuitBreaker) => string) | undefined
  /**
   * The most names in metrics, 1 to 1 000 000. Further ones are counted together as `(overflow)`, with a warning. Default 331: with six
   * series each, and `(overflow)` with shadow mode and without, as many as an SDK keeps.
   */
  maxNames?: number
}

export type TelemetrySettings = Required<TelemetryOptions>

export const telemetryOptions: readonly (keyof TelemetryOptions)[] = [
  'callDuration',
  'callSpans',
  'stateDuration',
  'transitionSpans',
  'outageSpan',
  'filter',
  'aggregate',
  'maxNames',
]

const callSpansValues: readonly unknown[] = ['off', 'rejected', 'all'] satisfies TelemetryOptions['callSpans'][]

/** @throws TypeError or RangeError naming the option, its value and the allowed values. */
export function parseOptions(options: TelemetryOptions): TelemetrySettings {
  const { callDuration = true, stateDuration = true, transitionSpans = true } = options
  const { callSpans = 'off', outageSpan = false, filter, aggregate, maxNames = 331 } = options
  if (!callSpansValues.includes(callSpans)) {
    throw new TypeError(`callSpans must be one of ${callSpansValues.join(', ')}, got ${format(callSpans)}`)
  }
  return {
    callDuration: checkBoolean('callDuration', callDuration),
    callSpans,
    stateDuration: checkBoolean('stateDuration', stateDuration),
    transitionSpans: checkBoolean('transitionSpans', transitionSpans),
    outageSpan: checkBoolean('outageSpan', outageSpan),
    filter: filter === undefined ? filter : checkFunction('filter', filter),
    aggregate: aggregate === undefined ? aggregate : checkFunction('aggregate', aggregate),
    maxNames: checkNumber('maxNames', maxNames, { min: 1, max: 1_000_000, integer: true }),
  }
}
