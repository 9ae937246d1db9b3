import { parseRate, type RateOptions } from './rate-options.ts'
import type { TripPolicy } from './trip-policy.ts'
import { windowPolicy } from './window-monitor.ts'

/** Options of `failureRate`. */
export type FailureRateOptions = RateOptions

/**
 * Opens when at least `threshold` of the calls in the window failed.
 * @throws TypeError or RangeError naming the option; a minimum that the window can't hold is a RangeError.
 */
export function failureRate(options: FailureRateOptions = {}): TripPolicy {
  const limits = parseRate('failureRate', options, {})
  const rule = {
    ...limits,
    name: 'failure-rate',
    measure: (calls: number, failures: number) => failures / calls,
    describe: (calls: number, failures: number, decidable: boolean) => ({
      calls,
      failures,
      failureRate: decidable ? failures / calls : null,
    }),
  }
  return windowPolicy(rule, limits)
}
