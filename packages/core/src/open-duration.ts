import { checkNumber, checkOptions, milliseconds, share } from '@cb/checks'
import { hush, report } from './report.ts'

/** What an open duration may depend on. */
export interface OpenDurationContext {
  /** 1 when opening from closed, one more each time a probe fails. */
  readonly attempt: number
  /** The failure that opened the breaker; undefined when the trip came on a success. */
  readonly error: unknown
  /** What the server asked for: the failure's own `retryAfterMs`, where it has one. */
  readonly retryAfterMs: number | undefined
  /** 0 ≤ number < 1, from the breaker's `random`. */
  readonly random: () => number
}

/** How long to stay open, in milliseconds above 0. */
export type OpenDuration = (context: OpenDurationContext) => number

/** Options of `exponentialBackoff`. */
export interface ExponentialBackoffOptions {
  /** The first open duration, above 0. Default 1 000: a blip costs a second. */
  initial?: number
  /** No open duration is longer, whatever a server asks for. Default 15 000: a recovery is seen within as many seconds. */
  max?: number
  /** Growth per failed round of probes, at least 1. Default 2. */
  factor?: number
  /** The share of each duration left to chance, 0..1. Default 0.5, so that a fleet does not probe in step. */
  jitter?: number
}

/** An open duration with data for snapshots. */
export interface DescribedOpenDuration extends OpenDuration {
  readonly config?: Readonly<Record<string, number>>
}

/**
 * Doubles the open duration with each failed round of probes, with jitter: between `(1 - jitter) × d` and `d`. A longer
 * `retryAfterMs` of the failure is honoured, up to `max`.
 * @throws TypeError or RangeError naming the option.
 */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): OpenDuration {
  const ranges = { initial: milliseconds, max: null, factor: { min: 1 }, jitter: share }
  const { initial = 1_000, factor = 2, jitter = 0.5 } = checkOptions('exponentialBackoff', options, ranges)
  const { max = Math.max(15_000, initial) } = options
  checkNumber('exponentialBackoff max', max, { ...milliseconds, min: initial })
  const backoff: OpenDuration = ({ attempt, retryAfterMs = 0, random }) => {
    const full = Math.min(max, initial * factor ** (attempt - 1))
    return Math.max(full * (1 - jitter * random()), Math.min(retryAfterMs, max), Number.MIN_VALUE)
  }
  return Object.freeze(Object.assign(backoff, { config: Object.freeze({ initial, max, factor, jitter }) }))
}

/** The longest `retryAfterMs` that a plain number is extended to. */
const longestRetryAfter = 60_000

/** A plain number of milliseconds; a longer `retryAfterMs` of the failure is honoured, up to a minute. */
export function constantDuration(duration: number): OpenDuration {
  const constant: OpenDuration = ({ retryAfterMs = 0 }) => Math.max(duration, Math.min(retryAfterMs, longestRetryAfter))
  return Object.freeze(Object.assign(constant, { config: Object.freeze({ duration }) }))
}

/** Asks the policy; one that throws or gives no usable number gives way to a second, and is reported. */
export function decideOpenDuration(
  policy: OpenDuration,
  breaker: string,
  context: Omit<OpenDurationContext, 'retryAfterMs'>,
): number {
  try {
    const duration = policy({ ...context, retryAfterMs: retryAfterOf(context.error) })
    if (typeof duration === 'number' && duration > 0 && duration <= Number.MAX_SAFE_INTEGER) return duration
    hush(duration)
    report(policy, breaker, 'the `openDuration` function gave no number of milliseconds above 0, 1000 is used instead')
  } catch (error) {
    report(policy, breaker, 'the `openDuration` function threw, 1000 ms is used instead', error)
  }
  return 1_000
}

function retryAfterOf(error: unknown): number | undefined {
  try {
    const { retryAfterMs } = error as { retryAfterMs?: unknown }
    return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : undefined
  } catch {
    return undefined // no object, or a getter that throws
  }
}

/** `random` as policies may rely on it: one that throws or leaves 0..1 counts as a half. */
export function safeRandom(random: () => number): () => number {
  return () => {
    try {
      const value = random()
      return typeof value === 'number' && value >= 0 && value < 1 ? value : 0.5
    } catch {
      return 0.5
    }
  }
}
