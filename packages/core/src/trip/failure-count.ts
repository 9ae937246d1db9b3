import { checkOptions, positiveInteger } from '@cb/checks'
import { timeWindow } from '../window/time-window.ts'
import { checkFits, checkWindow, type WindowSpec } from '../window/window.ts'
import type { TripPolicy } from './trip-policy.ts'
import { windowPolicy } from './window-monitor.ts'

/** Options of `failureCount`. */
export interface FailureCountOptions {
  /** Failures in the window that open the breaker; integer >= 1, compared with `>=`. */
  threshold: number
  /** Default `timeWindow(10_000)`. */
  window?: WindowSpec | undefined
}

/**
 * Opens when the window holds at least `threshold` failures, however many calls succeeded.
 * @throws TypeError or RangeError naming the option; a threshold that the window can't hold is a RangeError.
 */
export function failureCount(options: FailureCountOptions): TripPolicy {
  const ranges = { threshold: { ...positiveInteger, needed: true }, window: null }
  const { threshold, window = timeWindow(10_000) } = checkOptions('failureCount', options, ranges)
  checkWindow('failureCount window', window)
  checkFits('failureCount threshold', threshold, window)
  const rule = {
    name: 'failure-count',
    window,
    threshold,
    minimumCalls: 0,
    measure: (_calls: number, failures: number) => failures,
    describe: (calls: number, failures: number) => ({ calls, failures }),
  }
  return windowPolicy(rule, { threshold, window })
}
