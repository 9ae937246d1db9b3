/** Milliseconds that a state outlives what is in it: its epoch is remembered that long. */
export const memoryAfter = 86_400_000

/** The longest duration of an operation: with it a time has at most 14 digits, which is what Lua's JSON keeps. */
export const longestDuration = 30_000_000_000

/** What every operation says of its sender. */
export interface OperationSender {
  /** The newest epoch that the sender knows; 0 for none. */
  readonly seen: number
  /** Identifies the instance, for votes and for the number of live ones; empty for an operator's tool. */
  readonly instance: string
  /** Milliseconds for which the instance counts as live. */
  readonly stay: number
}

/** An operation on the state of one breaker. Durations are whole milliseconds. */
export type Operation = OperationSender &
  (
    | { readonly op: 'read' }
    | {
        /** A vote to open. */
        readonly op: 'trip'
        /** Votes needed: an integer, a share of the live instances between 0 and 1, or 0 for the default. */
        readonly quorum: number
        readonly voteFor: number
        readonly openFor: number
        readonly attempt: number
        /** When the vote is void, by the store's clock: it may have waited for a store that hung. 0 for never. */
        readonly until: number
        /** Why the instance tripped. */
        readonly note: string
      }
    | {
        /** Asks for the lease of one permit. */
        readonly op: 'lease'
        readonly token: string
        readonly limit: number
        readonly leaseFor: number
        readonly attempt: number
      }
    | { readonly op: 'renew'; readonly token: string; readonly leaseFor: number }
    | {
        /** How a probe has ended. */
        readonly op: 'report'
        readonly token: string
        readonly outcome: 'success' | 'failure' | 'ignored'
        readonly successesNeeded: number
        readonly failuresTolerated: number
        readonly openFor: number
      }
    | {
        /** Calls that have settled since the last flush. */
        readonly op: 'flush'
        readonly calls: number
        readonly failures: number
        readonly window: number
        readonly minimumCalls: number
        readonly threshold: number
        readonly openFor: number
      }
    | {
        readonly op: 'override'
        readonly to: 'open' | 'closed'
        /** 0 for no end. */
        readonly lasts: number
        readonly note: string
        readonly by: string
      }
    | { readonly op: 'resume'; readonly note: string; readonly by: string }
  )

/** What the store keeps of one breaker: plain JSON. Times are milliseconds of the store's clock. */
export interface FleetState {
  readonly epoch: number
  readonly state: 'closed' | 'open' | 'half-open'
  readonly attempt: number
  /** When it opened, how long for, and until when; 0 unless open. */
  readonly openFor: number
  readonly until: number
  /** Of the latest transition. */
  readonly reason: string
  readonly note: string
  /** The instance or the operator whose operation was the cause. */
  readonly by: string
  /** By instance, when the vote ends. */
  readonly votes: Readonly<Record<string, number>>
  /** By token, when the lease ends. */
  readonly leases: Readonly<Record<string, number>>
  /** By instance, until when it counts as live. */
  readonly members: Readonly<Record<string, number>>
  /** Of the probes of this epoch. */
  readonly successes: number
  readonly failures: number
  /** Fleet-wide counts of a window that began at `countedFrom`. */
  readonly countedFrom: number
  readonly counted: number
  readonly countedFailures: number
  readonly override: FleetOverride | null
}

/** An operator's override, as the store keeps it. */
export interface FleetOverride {
  readonly state: 'open' | 'closed'
  /** 0 for no end. */
  readonly until: number
  readonly note: string
  readonly by: string
}

/** What is told about a breaker; durations only, for clocks differ. */
export interface View {
  readonly epoch: number
  readonly state: 'closed' | 'open' | 'half-open'
  /** Milliseconds that the open state still lasts. */
  readonly remaining: number
  readonly attempt: number
  /** Of the latest transition; the note is an operator's, or says why the instance tripped. */
  readonly reason: string
  readonly note: string
  /** The instance or the operator whose operation was the cause; empty for none. */
  readonly by: string
  /** `remaining` is 0 for no end. */
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly remaining: number
    readonly note: string
    readonly by: string
  } | null
  /** Live instances. */
  readonly members: number
}

export interface Reply extends View {
  /** The store's clock. */
  readonly now: number
  /** The lease was granted, or renewed. */
  readonly leased: boolean
  /** Milliseconds until asking for a lease again may succeed. */
  readonly hint: number
  /** As in the state, for a `read` of a sender without an instance: an operator's tool. */
  readonly votes?: FleetState['votes']
  readonly leases?: FleetState['leases']
}

/** A new epoch of a breaker. */
export interface Message {
  readonly name: string
  readonly view: View
}
