/**
 * What the server sends to its page. Arrays, because with many breakers the names of fields would be most of the text. Times are
 * milliseconds since 1970, by the clock of the server.
 */

export const states = ['closed', 'open', 'half-open'] as const

/** An index of `states`. */
export type State = 0 | 1 | 2

export function stateOf(name: (typeof states)[number]): State {
  return states.indexOf(name) as State
}

/** The rule by which the breaker opens: `rate` and `slow` are shares of calls, `count` is a number of failures. */
export type MeasureKind = 'rate' | 'slow' | 'count'

/** What changes seldom. */
export type Head = [
  id: number,
  name: string,
  state: State,
  since: number,
  /** Until when calls are rejected; null if there is no such moment. */
  retryAt: number | null,
  /** The last transition in words; null before the first. */
  why: string | null,
  /** The note of an override; an empty string if it has none, null without an override. */
  override: string | null,
  /** When the override expires. */
  overrideUntil: number | null,
  kind: MeasureKind | null,
  threshold: number | null,
  shadow: boolean,
  /** Since when it has not been closed, and why it left closed; null while closed. */
  outageSince: number | null,
  outageWhy: string | null,
  failureName: string | null,
  failureCode: string | number | null,
]

/** What changes with each call. */
export type Counts = [
  id: number,
  success: number,
  failure: number,
  ignored: number,
  rejected: number,
  late: number,
  /** Of the rule's `kind`; null if there is nothing to measure. */
  value: number | null,
  failedAt: number | null,
]

/** A breaker as the fleet knows it. */
export interface FleetRow {
  readonly name: string
  readonly state: State
  /** When the fleet may probe; null unless open. */
  readonly retryAt: number | null
  /** The fleet's last transition in words; null before the first. */
  readonly why: string | null
  /** Live instances. */
  readonly members: number
  /** The instances whose votes to open count, and those that probe; null if the fleet does not tell. */
  readonly votes: readonly string[] | null
  readonly probes: readonly string[] | null
  readonly override: {
    readonly state: State
    /** Null if it does not expire. */
    readonly until: number | null
    readonly note: string
    readonly by: string
  } | null
}

/** What the fleet says: all of it, or what changed. */
export interface FleetPart {
  /** Whether the fleet has answered since the first page was opened. */
  readonly isKnown: boolean
  /** Since when it does not answer; null while it does. */
  readonly awaySince: number | null
  readonly rows: readonly FleetRow[]
  readonly removed: readonly string[]
}

/** A transition, for the strip. */
export type Step = [id: number, at: number, from: State, to: State]

export interface SnapshotFrame {
  readonly type: 'snapshot'
  readonly now: number
  readonly host: string
  readonly pid: number
  /** Whether there are controls: `authorize` is given. */
  readonly controls: boolean
  /** Since when transitions are recorded. */
  readonly recordedSince: number
  /** Null without a fleet. */
  readonly fleet: FleetPart | null
  readonly heads: readonly Head[]
  readonly counts: readonly Counts[]
  readonly steps: readonly Step[]
}

/** Only what has changed since the frame before. */
export interface DeltaFrame {
  readonly type: 'delta'
  readonly now: number
  readonly heads: readonly Head[]
  readonly counts: readonly Counts[]
  readonly steps: readonly Step[]
  readonly removed: readonly number[]
  /** Undefined if nothing changed in the fleet. */
  readonly fleet: FleetPart | undefined
}

export type Frame = SnapshotFrame | DeltaFrame

/** One transition of the past. */
export interface PastTransition {
  readonly at: number
  readonly from: State
  readonly to: State
  readonly why: string
  /** How many further rounds of failed probes since then it stands for, where the history was full. */
  readonly rounds: number
}

/** Five seconds of calls: when they began, how many settled, and their latencies in milliseconds. */
export type LatencySlot = [at: number, calls: number, p50: number, p95: number, p99: number]

/** What the page of one breaker shows besides its row in the list. */
export interface Detail {
  readonly name: string
  readonly now: number
  readonly opens: number
  readonly closes: number
  readonly timeouts: number
  readonly fallbacks: number
  readonly shadowed: number
  /** Null if it is hidden. */
  readonly failureMessage: string | null
  readonly probes: { readonly live: number; readonly successes: number; readonly failures: number } | null
  readonly recovery: Readonly<Record<string, unknown>> | null
  readonly admission: Readonly<Record<string, unknown>> | null
  readonly config: Readonly<Record<string, unknown>>
  readonly transitions: readonly PastTransition[]
  readonly latency: readonly LatencySlot[]
  /** Since when latencies are measured: the first request for this breaker. */
  readonly measuredSince: number
}

export const actions = ['force-open', 'force-closed', 'resume', 'reset', 'probe-now'] as const

export type ActionName = (typeof actions)[number]

/** Those that a fleet has too. */
export const fleetActions: readonly ActionName[] = ['force-open', 'force-closed', 'resume']

/** Where an action applies. */
export const scopes = ['process', 'fleet'] as const

export type Scope = (typeof scopes)[number]

/** How long the strip is, in milliseconds. */
export const stripLength = 900_000
