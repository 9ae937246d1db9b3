/** Fleet-wide counts: all instances together trip where each has too few calls to do so. */
export interface FleetCounts {
  /** Milliseconds, above 0. */
  readonly window: number
  /** No decision below this many settled calls of the whole fleet; integer >= 1. */
  readonly minimumCalls: number
  /** 0 < ratio ≤ 1 of them that failed, compared with `>=`. */
  readonly threshold: number
}

/** The checked settings of a fleet. */
export interface FleetSettings {
  readonly instance: string
  readonly quorum: number
  readonly pollInterval: number
  readonly counts: FleetCounts | undefined
  readonly random: () => number
}
