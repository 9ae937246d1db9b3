import { checkBoolean, checkFunction, checkNumber, format } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

/** What is recorded, and of which breakers. `filter`, `aggregate` and `maxNames` are asked when a breaker is first seen. */
export interface TelemetryOptions {
  /** Record the duration of each call. Default true. With `callSpans: 'all'`, all that is done for every call. */
  callDuration?: boolean
  /**
   * A span for calls: for none, for those that are rejected, or for all. Default off: HTTP clients make spans already. The call
   * runs inside its span, so that their spans are its children.
   */
  callSpans?: 'off' | 'rejected' | 'all'
  /** When a breaker closes, also a span over the whole time that it was not closed. Default false. */
  outageSpan?: boolean
  /** Which breakers are seen at all. Default: all. One that throws lets all pass. */
  filter?: (breaker: CircuitBreaker) => boolean
  /**
   * The name of a breaker in metrics, where several are to be one: all hosts of a partner, say. Default: its own. Spans and log
   * events have its own name in any case.
   */
  aggregate?: (breaker: CircuitBreaker) => string
  /**
   * How many names there may be in metrics, 1 to 1 000 000. Further ones are counted together as `(overflow)`, and a warning says
   * so. Default 332: six series each, as many as an SDK keeps.
   */
  maxNames?: number
}

export type TelemetrySettings = Required<Omit<TelemetryOptions, 'filter' | 'aggregate'>> &
  Pick<TelemetryOptions, 'filter' | 'aggregate'>

export const telemetryOptions: readonly (keyof TelemetryOptions)[] = [
  'callDuration',
  'callSpans',
  'outageSpan',
  'filter',
  'aggregate',
  'maxNames',
]

const callSpansValues: readonly unknown[] = ['off', 'rejected', 'all'] satisfies TelemetryOptions['callSpans'][]

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: TelemetryOptions): TelemetrySettings {
  const { callDuration = true, callSpans = 'off', outageSpan = false, filter, aggregate, maxNames = 332 } = options
  if (!callSpansValues.includes(callSpans)) {
    throw new TypeError(`callSpans must be one of ${callSpansValues.join(', ')}, got ${format(callSpans)}`)
  }
  return {
    callDuration: checkBoolean('callDuration', callDuration),
    callSpans,
    outageSpan: checkBoolean('outageSpan', outageSpan),
    ...(filter !== undefined && { filter: checkFunction('filter', filter) }),
    ...(aggregate !== undefined && { aggregate: checkFunction('aggregate', aggregate) }),
    maxNames: checkNumber('maxNames', maxNames, { min: 1, max: 1_000_000, integer: true }),
  }
}
