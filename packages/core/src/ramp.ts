import { type Complete, checkOptions, milliseconds, ratio } from '@cb/checks'
import type { AdmissionMonitor, AdmissionPolicy } from './admission/admission-policy.ts'
import type { Clock } from './clock.ts'

/** Options of `ramp`. */
export interface RampOptions {
  /** Milliseconds, above 0, until all calls are admitted again. */
  duration: number
  /** The share of calls admitted at the beginning, 0 ≤ ratio ≤ 1. Default 0.1. */
  from?: number | undefined
  /** Above 0, at most 100: 1 grows evenly, more starts slower, less starts faster. Default 1. */
  exponent?: number | undefined
}

/**
 * A recovery ramp: after an outage a growing share of the calls is admitted, so that what has just recovered does not get all of
 * the traffic at once. `share = from + (1 - from) × (elapsed / duration) ^ exponent`; each call is admitted with that probability,
 * the others are rejected with the reason `ramp`. The idea is Envoy's slow start.
 * @throws TypeError or RangeError naming the option.
 */
export function ramp(options: RampOptions): AdmissionPolicy {
  const ranges = { duration: { ...milliseconds, needed: true }, from: ratio, exponent: { above: 0, max: 100 } }
  const { duration, from = 0.1, exponent = 1 } = checkOptions('ramp', options, ranges)
  const config = Object.freeze({ duration, from, exponent })
  return Object.freeze({
    name: 'ramp',
    config,
    start: (clock, { random }) => new Ramp(config, clock, random),
  } satisfies AdmissionPolicy)
}

/** Its fields are open to `saved-memory.ts`. */
export class Ramp implements AdmissionMonitor {
  readonly #options: Complete<RampOptions>
  readonly clock: Clock
  readonly #random: () => number
  startedAt: number
  #rejected = 0

  constructor(options: Complete<RampOptions>, clock: Clock, random: () => number) {
    this.#options = options
    this.clock = clock
    this.#random = random
    this.startedAt = clock.now()
  }

  share(): number {
    const { duration, from, exponent } = this.#options
    const elapsed = (this.clock.now() - this.startedAt) / duration
    return elapsed >= 1 ? 1 : from + (1 - from) * elapsed ** exponent
  }

  reject(): 'ramp' | undefined {
    if (this.#random() < this.share()) return undefined
    this.#rejected++
    return 'ramp'
  }

  snapshot(): { share: number; rejected: number } {
    return { share: this.share(), rejected: this.#rejected }
  }
}
