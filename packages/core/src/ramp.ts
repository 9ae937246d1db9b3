import { checkOptions, milliseconds, share } from '@cb/checks'
import type { Clock } from './clock.ts'

/** How traffic returns after the probes have succeeded. */
export interface RampOptions {
  /** Milliseconds, above 0, until all calls are admitted again. */
  duration: number
  /** The share of calls admitted at the beginning, 0 ≤ ratio ≤ 1. Default 0.1. */
  from?: number
  /** Above 0: 1 grows evenly, more starts slower, less starts faster. Default 1. */
  exponent?: number
}

/** @throws TypeError or RangeError naming the option. */
export function parseRamp(option: string, options: RampOptions): Required<RampOptions> {
  const ranges = { duration: { ...milliseconds, needed: true }, from: share, exponent: { above: 0, max: 100 } }
  const { duration, from = 0.1, exponent = 1 } = checkOptions(option, options, ranges, '.')
  return Object.freeze({ duration, from, exponent })
}

interface Sources {
  readonly clock: Clock
  readonly random: () => number
}

/** Gradual re-admission: what has just recovered gets a growing share of the calls, and not all at once what broke it before. */
export interface Ramp {
  /** The `attempt` of the outage that it follows: a relapse goes on counting. */
  readonly attempt: number
  rejected: number
  /** Milliseconds since it began. */
  age(): number
  /** 0..1; 1 when the ramp is over. */
  share(): number
  /** Leaves the call to chance. */
  admits(): boolean
}

/** `share = from + (1 - from) × (elapsed / duration) ^ exponent`; each call is admitted with that probability. */
export function startRamp(options: Required<RampOptions>, { clock, random }: Sources, attempt = 0, age = 0): Ramp {
  const { duration, from, exponent } = options
  const startedAt = clock.now() - age
  return {
    attempt,
    rejected: 0,
    age: () => clock.now() - startedAt,
    share() {
      const elapsed = this.age() / duration
      return elapsed >= 1 ? 1 : from + (1 - from) * elapsed ** exponent
    },
    admits() {
      const admitted = random() < this.share()
      if (!admitted) this.rejected++
      return admitted
    },
  }
}
