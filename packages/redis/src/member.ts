import { randomUUID } from 'node:crypto'
import {
  type CircuitBreaker,
  type Outcome,
  type ProbeLease,
  type ProbeLeases,
  type SharedBreaker,
  shareState,
  type Transition,
} from '@cb/core'
import { type HeldLease, HeldLeases, keepUnused } from './held-leases.ts'
import type { OnReply, OperationQueue } from './operation-queue.ts'
import { longestDuration, type Operation, type View } from './protocol.ts'
import type { FleetSettings } from './settings.ts'

/** How long `execute` and `wrap` wait for a lease: without one they would be rejected. */
const longestWait = 50

/** A lease may be free earlier than the hint says: its probe may end before it. */
const longestPause = 500

/** While the store is away each process recovers alone; a delay by chance, up to this, so that not all probe at once. */
const longestDelayAlone = 5_000

/** A vote counts for as long as the voter stays open, but not shorter than this. */
const shortestVote = 10_000

/**
 * One breaker as a member of the fleet. It decides its own trips; what the fleet decides is adopted when its epoch is newer. No call of
 * a user waits for the store, but for a lease for at most 50 ms, and none fails because of it.
 */
export class Member implements ProbeLeases {
  readonly breaker: CircuitBreaker
  readonly #settings: FleetSettings
  readonly #queue: OperationQueue
  readonly #shared: SharedBreaker
  readonly #leases: HeldLeases
  readonly #endListening: () => void
  /** The newest that the fleet has said. */
  #view: View | undefined
  /** The store did not answer last time. */
  #isAway = false
  /** Open by its own decision: it recovers by itself, unless the fleet opens as well. */
  #isOwn = false
  /** Closed by its own decision in an outage that the fleet knows: it takes no part in the fleet's probes. */
  #hasRecoveredAlone = false
  /** A vote without an answer, to be sent again when the store is back. */
  #vote: Operation | undefined
  #asking: Promise<void> | undefined
  /** No lease before this reading of `performance.now`. */
  #askAt = 0
  /** When it may probe alone. */
  #aloneAt: number | undefined
  #totals: { readonly success: number; readonly failure: number }

  constructor(
    breaker: CircuitBreaker,
    settings: FleetSettings,
    createQueue: (name: string, onLateReply: () => void) => OperationQueue,
  ) {
    this.breaker = breaker
    this.#settings = settings
    this.#queue = createQueue(breaker.name, () => this.poll())
    this.#leases = new HeldLeases(
      (lease) => this.#renew(lease),
      (lease) => this.#report(lease, 'ignored'),
    )
    this.#shared = shareState(breaker, this)
    this.#totals = breaker.snapshot().totals
    this.#endListening = breaker.on('transition', (transition) => this.#follow(transition))
  }

  /** Reads what the fleet has decided. @returns when it is known, or the store has not answered in time. */
  poll(): Promise<void> {
    return new Promise((resolve) => {
      this.#send({ ...this.#sender, op: 'read' }, () => resolve())
    })
  }

  /** Adopts what is newer. */
  adopt(view: View): void {
    if (view.epoch <= (this.#view?.epoch ?? 0)) {
      this.#view ??= view
      return
    }
    this.#view = view
    this.#leases.clear()
    this.#askAt = 0
    const { override, remaining, attempt, reason } = view
    this.#shared.adopt({
      ...{ state: this.#stateToAdopt(view), remaining, attempt, reason },
      override: override && { ...override, remaining: override.remaining || Infinity },
    })
  }

  #stateToAdopt({ state }: View): View['state'] | undefined {
    if (state === 'closed' && this.#isOwn) return undefined
    if (state === 'half-open' && this.#hasRecoveredAlone) return undefined
    this.#isOwn = false
    this.#hasRecoveredAlone = false
    return state
  }

  /** Announces how many calls have settled since the last time, if any. */
  flush(): void {
    const { counts } = this.#settings
    const { success, failure } = this.breaker.snapshot().totals
    const failures = failure - this.#totals.failure
    const calls = success - this.#totals.success + failures
    this.#totals = { success, failure }
    if (counts === undefined || calls === 0 || this.#view?.state !== 'closed') return
    const openFor = this.#openFor(1, undefined)
    this.#send({ ...this.#sender, op: 'flush', calls, failures, ...counts, openFor })
  }

  leave(): void {
    this.#leases.giveAllBack()
    this.#endListening()
    this.#shared.stop()
  }

  // Probes

  take(): ProbeLease | number | undefined {
    if (this.#isAlone) return this.#waitAlone()
    const lease = this.#leases.take(this.#shared.halfOpen.probeTimeout)
    if (lease !== undefined) return { settle: (outcome, error) => this.#report(lease, outcome, error) }
    void this.#ask()
    return Math.ceil(Math.max(longestWait, this.#askAt - performance.now()))
  }

  ready(): Promise<void> | undefined {
    if (this.#isAlone || this.#leases.has(this.#shared.halfOpen.probeTimeout)) return undefined
    const asked = this.#ask()
    return asked && Promise.race([asked, new Promise<void>((resolve) => setTimeout(resolve, longestWait))])
  }

  /** The fleet is closed, or can't be asked: the breaker decides about its probes by itself. */
  get #isAlone(): boolean {
    return this.#isAway || this.#view === undefined || this.#view.state === 'closed'
  }

  /** Milliseconds until it may probe alone; undefined if it may. */
  #waitAlone(): number | undefined {
    const now = performance.now()
    if (!this.#isAway) return undefined
    this.#aloneAt ??= now + this.#settings.random() * longestDelayAlone
    return this.#aloneAt > now ? Math.ceil(this.#aloneAt - now) : undefined
  }

  /** @returns undefined if it is too early to ask again. */
  #ask(): Promise<void> | undefined {
    if (this.#asking === undefined && performance.now() < this.#askAt) return undefined
    this.#asking ??= new Promise((resolve) => {
      const { maxConcurrent: limit } = this.#shared.halfOpen
      const token = randomUUID()
      const { attempt = 1 } = this.#view ?? {}
      const leaseFor = this.#leaseFor
      this.#send({ ...this.#sender, op: 'lease', token, limit, leaseFor, attempt }, (reply, sentAt) => {
        this.#asking = undefined
        if (reply?.leased && reply.epoch === this.#view?.epoch) {
          const keptUntil = performance.now() + keepUnused
          this.#leases.add({ token, epoch: reply.epoch, endsAt: sentAt + leaseFor, keptUntil }, leaseFor / 6)
        } else {
          const pause = Math.max(10, Math.min(reply?.hint ?? longestPause, longestPause))
          this.#askAt = performance.now() + pause * (0.5 + this.#settings.random() / 2)
        }
        resolve()
      })
    })
    return this.#asking
  }

  /** A lease is renewed early enough to last, whenever a call comes, for as long as a probe may take. */
  get #leaseFor(): number {
    return Math.min(Math.ceil(1.5 * this.#shared.halfOpen.probeTimeout), longestDuration)
  }

  #renew(lease: HeldLease): void {
    const { token, epoch } = lease
    const leaseFor = this.#leaseFor
    this.#send({ ...this.#sender, seen: epoch, op: 'renew', token, leaseFor }, (reply, sentAt) => {
      if (reply?.leased) lease.endsAt = sentAt + leaseFor
      else if (reply !== undefined) this.#leases.drop(lease)
    })
  }

  #report({ token, epoch: seen }: HeldLease, outcome: Outcome, error?: unknown): void {
    const { successesNeeded, failuresTolerated } = this.#shared.halfOpen
    const openFor = outcome === 'failure' ? this.#openFor(1 + (this.#view?.attempt ?? 0), error) : 1
    const report = { op: 'report', token, outcome, successesNeeded, failuresTolerated, openFor } as const
    this.#send({ ...this.#sender, seen, ...report })
  }

  #openFor(attempt: number, error: unknown): number {
    return wholeDuration(this.#shared.openDuration(attempt, error))
  }

  // What the breaker does by itself

  #follow({ to, cause, openDuration = 1, attempt = 1 }: Transition): void {
    this.#aloneAt = undefined
    if (cause === 'fleet' || to === 'half-open') return
    this.#leases.giveAllBack()
    this.#isOwn = to === 'open' && (cause === 'call' || cause === 'time')
    this.#hasRecoveredAlone = to === 'closed' && cause === 'call' && this.#view?.state !== 'closed'
    if (!this.#isOwn) return
    const openFor = wholeDuration(openDuration)
    const { quorum } = this.#settings
    this.#vote = { ...this.#sender, op: 'trip', quorum, voteFor: Math.max(openFor, shortestVote), openFor, attempt }
    this.#sendVote(this.#vote)
  }

  #sendVote(vote: Operation): void {
    this.#send(vote, (reply) => {
      if (reply !== undefined && this.#vote === vote) this.#vote = undefined
    })
  }

  // Exchange with the store

  get #sender(): Pick<Operation, 'seen' | 'instance' | 'stay'> {
    const { instance, pollInterval } = this.#settings
    return { seen: this.#view?.epoch ?? 0, instance, stay: Math.ceil(3 * pollInterval) }
  }

  #send(operation: Operation, onReply?: OnReply): void {
    this.#queue.add(operation, (reply, sentAt) => {
      const wasAway = this.#isAway
      this.#isAway = reply === undefined
      if (reply !== undefined) this.adopt(reply)
      onReply?.(reply, sentAt)
      if (wasAway && !this.#isAway && this.#vote !== undefined && this.#isOwn) this.#sendVote(this.#vote)
    })
  }
}

function wholeDuration(duration: number): number {
  return Math.min(Math.ceil(duration), longestDuration)
}
