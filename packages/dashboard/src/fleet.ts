/** A breaker of a fleet, as `list()` of `joinFleet` (`@cb/redis`) tells it. Durations are milliseconds. */
export interface FleetBreaker {
  readonly name: string
  readonly state: 'closed' | 'open' | 'half-open'
  /** How long the open state still lasts. */
  readonly remaining: number
  readonly attempt: number
  /** Of the latest transition; empty before the first. The note is an operator's, or says why the instance tripped. */
  readonly reason: string
  readonly note: string
  /** The instance or the operator that caused it; empty for none. */
  readonly by: string
  /** Live instances. */
  readonly members: number
  /** The instances whose votes to open count, and those that probe, if the fleet tells. */
  readonly votes?: readonly string[]
  readonly probes?: readonly string[]
  /** `remaining` is 0 for no end. */
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly remaining: number
    readonly note: string
    readonly by: string
  } | null
}

/** What a dashboard needs of a fleet: what `joinFleet` of `@cb/redis` returns has it. Each method rejects if the store is away. */
export interface Fleet {
  /** The promise must settle: the next `list` waits for it. */
  list(): Promise<readonly FleetBreaker[]>
  forceOpen(name: string, options: { note: string; for?: number | undefined }): Promise<void>
  forceClosed(name: string, options: { note: string; for?: number | undefined }): Promise<void>
  resume(name: string, options: { note: string }): Promise<void>
}
