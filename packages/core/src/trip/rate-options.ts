import { checkNumber } from '@cb/checks'
import { timeWindow } from '../window/time-window.ts'
import { checkWindow, type WindowSpec } from '../window/window.ts'

/** Options of the policies that go by a share of the calls in a window. */
export interface RateOptions {
  /** 0 < ratio ≤ 1, compared with `>=`. Default 0.5. */
  threshold?: number
  /** Default `timeWindow(10_000)`. */
  window?: WindowSpec
  /**
   * No verdict below this many calls in the window. Default 20, or the size of a smaller count window: ten calls at 50 % are
   * noise.
   */
  minimumCalls?: number
}

/** @throws TypeError or RangeError naming the policy and the option; a minimum that the window can't hold is refused. */
export function parseRate(policy: string, options: RateOptions): Required<RateOptions> {
  const { threshold = 0.5, window = timeWindow(10_000) } = options
  checkWindow(`${policy} window`, window)
  checkNumber(`${policy} threshold`, threshold, { above: 0, max: 1 })
  const { minimumCalls = Math.min(20, window.capacity) } = options
  checkNumber(`${policy} minimumCalls`, minimumCalls, { min: 1, integer: true })
  if (minimumCalls > window.capacity) {
    throw new RangeError(
      `${policy} minimumCalls must be at most the window's size ${window.capacity}, got ${minimumCalls}`,
    )
  }
  return { threshold, window, minimumCalls }
}
