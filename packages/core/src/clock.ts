import { swallowRejection, warnOnce } from './misuse.ts'

/** Where a breaker and its policies read the time: milliseconds that never run backwards. */
export interface Clock {
  /** Reads the clock. */
  now(): number
  /** The latest reading, without reading again. */
  readonly last: number
}

function readGlobals(): Pick<typeof globalThis, 'performance' | 'setTimeout'> {
  const { performance, setTimeout } = globalThis
  return { performance, setTimeout }
}

const original = /* @__PURE__ */ readGlobals()

/**
 * `performance.now()`, also that of fake timers. On Node `performance` is a getter that costs a sixth of the reading, so it is
 * read only once the globals of time have been replaced: fake timers that replace `performance` replace `setTimeout` as well.
 */
export function systemNow(): number {
  return (globalThis.setTimeout === original.setTimeout ? original.performance : performance).now()
}

/** Milliseconds; three thousand years. Farther out, a number no longer holds fractions of a millisecond. */
const farthest = 1e14

/**
 * Makes any clock monotonic. A step back is absorbed: time goes on from the latest reading, so that nothing waits for the
 * clock to catch up. A clock that throws or gives no usable number is replaced by `performance.now`.
 */
export class SteadyClock implements Clock {
  #source: () => number
  #offset = 0
  last: number = -Infinity

  constructor(source: () => number) {
    this.#source = source
  }

  now(): number {
    const reading = this.#read()
    if (reading >= this.last) {
      this.last = reading
      return reading
    }
    return this.#recover(reading)
  }

  #read(): number {
    try {
      const reading = this.#source()
      if (typeof reading === 'number' && Math.abs(reading) <= farthest) return reading + this.#offset
      swallowRejection(reading)
      return Number.NaN
    } catch {
      return Number.NaN
    }
  }

  #recover(reading: number): number {
    if (!Number.isNaN(reading)) {
      this.#offset += this.last - reading
      return this.last
    }
    warnOnce(
      this,
      '(all that share it)',
      'the `now` option threw or returned an unusable number; using performance.now()',
    )
    if (this.last === -Infinity) this.last = 0
    this.#source = () => performance.now()
    this.#offset = this.last - performance.now()
    return this.last
  }
}
