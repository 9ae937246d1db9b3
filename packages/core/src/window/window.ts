import { assertOption } from '@cb/checks'
import type { Clock } from '../clock.ts'

/** What a window holds at the moment. */
export interface WindowCounts {
  /** Settled calls; ignored ones are not among them. */
  calls: number
  failures: number
}

/** The memory of a trip policy. */
export interface OutcomeWindow {
  /** As of the latest `record` or `counts`. */
  readonly calls: number
  /** As of the latest `record` or `counts`. */
  readonly failures: number
  /** @param now  the time, if it has just been read. */
  record(failed: boolean, now?: number): void
  /** What it holds now, after forgetting what is too old. */
  counts(): WindowCounts
  /** What it holds as plain data, with ages in place of times. Those of this package need none: see `saved-memory.ts`. */
  save?(): unknown
  /**
   * Takes what `save` gave.
   * @param elapsed  milliseconds since then.
   * @throws TypeError or RangeError if it can't be that.
   */
  load?(saved: unknown, elapsed: number): void
}

/** The description of a window; a breaker opens a fresh one for each closed period. */
export interface WindowSpec {
  readonly config: Readonly<Record<string, number | string>>
  /** The most calls that it can hold; Infinity for a window of time. */
  readonly capacity: number
  /** Whether recording reads the clock. */
  readonly timed: boolean
  open(clock: Clock): OutcomeWindow
}

/** @throws TypeError unless it came from `countWindow` or `timeWindow`, or has their shape. */
export function checkWindow(option: string, value: WindowSpec): WindowSpec {
  const isWindow = typeof value?.open === 'function' && typeof value.capacity === 'number'
  assertOption(isWindow, option, 'a window, countWindow(size) or timeWindow(ms)', value)
  return value
}

/** @throws RangeError for a number of calls that the window can't hold. */
export function checkFits(option: string, calls: number, { capacity }: WindowSpec): void {
  assertOption(calls <= capacity, option, `at most the window's size ${capacity}`, calls, RangeError)
}
