import { checkNumber, checkOptions, milliseconds, ratio } from '@cb/checks'
import { retryAfterOf } from './causes.ts'
import type { Trip } from './events.ts'
import { swallowRejection, warnOnce } from './misuse.ts'

/** What an open duration may depend on. */
export interface OpenDurationContext {
  /** 1 when opening from closed, one more each time a round of probes fails. */
  readonly attempt: number
  /** The failure that opened the breaker; undefined when the trip came on a success. */
  readonly error: unknown
  /** What the server asked for: the `retryAfterMs` of the failure or of one of its causes. */
  readonly retryAfterMs: number | undefined
  /** The numbers behind the trip policy's decision; undefined when probes failed. */
  readonly trip: Trip | undefined
  /** 0 ≤ number < 1, from the breaker's `random`. */
  readonly random: () => number
}

/** How long to stay open, in milliseconds above 0. */
export type OpenDuration = (context: OpenDurationContext) => number

/** Options of `exponentialBackoff`. */
export interface ExponentialBackoffOptions {
  /** The first open duration, above 0. Default 1 000: a blip costs a second. */
  initial?: number | undefined
  /** The longest open duration of its own, at least `initial`. Default 15 000: a recovery is seen within as many seconds. */
  max?: number | undefined
  /** Growth per failed round of probes, at least 1. Default 2. */
  factor?: number | undefined
  /** The share of each duration left to chance, 0..1. Default 0.5, so that a fleet does not probe in step. */
  jitter?: number | undefined
  /** The longest wait that a server can ask for with `retryAfterMs`, at least 0. Default 300 000, five minutes. */
  maxRetryAfter?: number | undefined
}

/** An open duration with data for snapshots. */
export interface DescribedOpenDuration extends OpenDuration {
  readonly config?: Readonly<Record<string, number>>
}

/** Longer than any `Retry-After` that is meant seriously, short enough that one wrong header is not an outage. */
const longestRetryAfter = 300_000

/**
 * Doubles the open duration with each failed round of probes, with jitter: between `(1 - jitter) × d` and `d`. A longer
 * `retryAfterMs` of the failure is honoured, up to `maxRetryAfter`.
 * @throws TypeError or RangeError naming the option.
 */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): OpenDuration {
  const ranges = {
    initial: milliseconds,
    max: null,
    factor: { min: 1 },
    jitter: ratio,
    maxRetryAfter: { min: 0, unit: ' of milliseconds' },
  }
  const own = checkOptions('exponentialBackoff', options, ranges)
  const { initial = 1_000, factor = 2, jitter = 0.5, maxRetryAfter = longestRetryAfter } = own
  const { max = Math.max(15_000, initial) } = own
  checkNumber('exponentialBackoff max', max, { ...milliseconds, min: initial })
  const backoff: OpenDuration = ({ attempt, retryAfterMs = 0, random }) => {
    const full = Math.min(max, initial * factor ** (attempt - 1))
    return Math.max(full * (1 - jitter * random()), Math.min(retryAfterMs, maxRetryAfter), Number.MIN_VALUE)
  }
  return described(backoff, { initial, max, factor, jitter, maxRetryAfter })
}

/** A plain number of milliseconds; a longer `retryAfterMs` of the failure is honoured, up to five minutes. */
export function constantDuration(duration: number): OpenDuration {
  return described(({ retryAfterMs = 0 }) => Math.max(duration, Math.min(retryAfterMs, longestRetryAfter)), {
    duration,
  })
}

function described(duration: OpenDuration, config: Record<string, number>): DescribedOpenDuration {
  return Object.freeze(Object.assign(duration, { config: Object.freeze(config) }))
}

/** Asks the policy; where it throws or returns no usable number the duration is one second, and that is logged once. */
export function decideOpenDuration(
  policy: OpenDuration,
  breaker: string,
  context: Omit<OpenDurationContext, 'retryAfterMs'>,
): number {
  try {
    const duration = policy({ ...context, retryAfterMs: retryAfterOf(context.error) })
    if (typeof duration === 'number' && duration > 0 && duration <= Number.MAX_SAFE_INTEGER) return duration
    swallowRejection(duration)
    warnOnce(policy, breaker, 'the `openDuration` function returned an invalid duration; using 1000 ms')
  } catch (error) {
    warnOnce(policy, breaker, 'the `openDuration` function threw; using 1000 ms', error)
  }
  return 1_000
}

/** `random` as policies may rely on it: one that throws or leaves 0..1 counts as a half. */
export function safeRandom(random: () => number): () => number {
  return () => {
    try {
      const value = random()
      if (typeof value === 'number' && value >= 0 && value < 1) return value
      swallowRejection(value)
      return 0.5
    } catch {
      return 0.5
    }
  }
}
