import { checkNumber, positiveInteger } from '@cb/checks'
import type { OutcomeWindow, WindowCounts, WindowSpec } from './window.ts'

/**
 * Remembers the last `size` settled calls, one bit each. O(1) per call; no memory until the first failure.
 * @param size  1 to 16 777 216.
 * @throws TypeError or RangeError naming `size`.
 */
export function countWindow(size: number): WindowSpec {
  checkNumber('countWindow(size)', size, { ...positiveInteger, max: 2 ** 24 })
  return Object.freeze({
    config: Object.freeze({ type: 'count', size }),
    capacity: size,
    timed: false,
    open: () => new CountWindow(size),
  })
}

/** Its fields are open to `saved-memory.ts`. */
export class CountWindow implements OutcomeWindow {
  readonly size: number
  /** A ring of bits, 1 for a failure. While it holds no failure its position does not matter. */
  bits: Uint32Array | undefined
  next = 0
  calls = 0
  failures = 0

  constructor(size: number) {
    this.size = size
  }

  record(failed: boolean): void {
    if (this.failures > 0 || failed) this.#write(failed)
    if (this.calls < this.size) this.calls++
  }

  #write(failed: boolean): void {
    this.bits ??= new Uint32Array(Math.ceil(this.size / 32))
    const word = this.next >>> 5
    const bit = 1 << (this.next & 31)
    const held = this.bits[word] as number
    if ((held & bit) !== 0) this.failures--
    if (failed) this.failures++
    this.bits[word] = failed ? held | bit : held & ~bit
    this.next = this.next + 1 === this.size ? 0 : this.next + 1
  }

  counts(): WindowCounts {
    return { calls: this.calls, failures: this.failures }
  }
}
