import { type Complete, checkOptions, type NumberRange, positiveInteger, positiveRatio } from '@cb/checks'
import { timeWindow } from '../window/time-window.ts'
import { checkFits, checkWindow, type WindowSpec } from '../window/window.ts'

/** Options of the policies that go by a share of the calls in a window. */
export interface RateOptions {
  /** 0 < ratio ≤ 1, compared with `>=`. Default 0.5. */
  threshold?: number | undefined
  /** Default `timeWindow(10_000)`. */
  window?: WindowSpec | undefined
  /**
   * No decision below this many calls in the window. Default 20, or the size of a smaller count window: ten calls at 50 % are
   * noise.
   */
  minimumCalls?: number | undefined
}

/**
 * @param more  the further options of the policy.
 * @throws TypeError or RangeError naming the policy and the option; a minimum that the window can't hold is a RangeError.
 */
export function parseRate<Options extends RateOptions>(
  policy: string,
  options: Options,
  more: { readonly [Name in Exclude<keyof Options, keyof RateOptions>]-?: NumberRange },
): Complete<RateOptions> {
  const ranges = { threshold: positiveRatio, window: null, minimumCalls: positiveInteger, ...more }
  const own = checkOptions<RateOptions>(policy, options, ranges)
  const { threshold = 0.5, window = timeWindow(10_000) } = own
  checkWindow(`${policy} window`, window)
  const { minimumCalls = Math.min(20, window.capacity) } = own
  checkFits(`${policy} minimumCalls`, minimumCalls, window)
  return { threshold, minimumCalls, window }
}
