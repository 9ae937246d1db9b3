import type { AdmissionPolicy } from './admission/admission-policy.ts'
import type { SteadyClock } from './clock.ts'
import type { RejectionReason } from './events.ts'
import type { DescribedOpenDuration } from './open-duration.ts'
import type { Classify } from './outcome.ts'
import type { TripPolicy } from './trip/trip-policy.ts'

/** The complete, checked settings of a breaker. Unset options are inherited from the defaults, so they take no memory. */
export interface Settings {
  readonly trip: TripPolicy
  readonly openDuration: DescribedOpenDuration
  readonly halfOpen: HalfOpenSettings
  readonly recovery?: AdmissionPolicy
  readonly admission?: AdmissionPolicy
  readonly callTimeout?: number | undefined
  /** The share of rejections that are waived, 0..1; for snapshots. */
  readonly shadow: number
  /** Whether a rejection is only counted and announced, and the call made all the same. */
  readonly waives?: ((reason: RejectionReason) => boolean) | undefined
  readonly classify: Classify
  readonly clock: SteadyClock
  readonly random: () => number
}

/** What a round of probes goes by. */
export interface ProbeSettings {
  readonly maxConcurrent: number
  /** At this many successes it closes. */
  readonly successesNeeded: number
  /** At one failure more it re-opens. */
  readonly failuresTolerated: number
  readonly probeTimeout: number
  readonly slowAfter?: number | undefined
  readonly maxDuration?: number | undefined
}

/** The `halfOpen` options, checked. */
export interface HalfOpenSettings extends ProbeSettings {
  /** The `callTimeout` of probes, if it is their own. */
  readonly callTimeout?: number | undefined
  /** The options as they were given, for later changes. */
  readonly input: object
  /** The options with their defaults, for snapshots. */
  readonly config: Readonly<Record<string, unknown>>
}
