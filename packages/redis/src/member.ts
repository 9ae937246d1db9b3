import { type CircuitBreaker, type SharedBreaker, shareState, type Transition } from '@cb/core'
import type { OnReply, OperationQueue } from './operation-queue.ts'
import { openDuration, type ProbeOwner, Probes, wholeDuration } from './probes.ts'
import type { Operation, View } from './protocol.ts'
import type { FleetSettings } from './settings.ts'

/** A vote counts for as long as the voter stays open, but not shorter than this. */
const shortestVote = 10_000

/** Milliseconds that a vote may be on its way longer than the voter stays open. */
const voteDelay = 1_000

/** Without half characters, which JSON in Redis does not take; at most 1 000 characters. */
export function plainText(text: string): string {
  return Buffer.from(text.slice(0, 1_000)).toString()
}

/**
 * One breaker as a member of the fleet. It decides its own trips; what the fleet decides is adopted when its epoch is newer. No call of
 * a user waits for the store, but for a lease for at most 50 ms, and none fails because of it.
 */
export class Member implements ProbeOwner {
  readonly breaker: CircuitBreaker
  readonly #settings: FleetSettings
  readonly #queue: OperationQueue
  readonly shared: SharedBreaker
  readonly #probes: Probes = new Probes(this)
  readonly #endListening: () => void
  /** The newest that the fleet has said. */
  view: View | undefined
  /** The store did not answer last time. */
  isAway = false
  /** Open by its own decision: it recovers by itself, unless the fleet opens as well. */
  #isOwn = false
  /** Closed by its own decision in an outage that the fleet knows: it takes no part in the fleet's probes. */
  #hasRecoveredAlone = false
  /** A vote without an answer, to be sent again when the store is back. */
  #vote: (Operation & { op: 'trip' }) | undefined
  /** At most how far the store's clock is ahead of `performance.now`; undefined until it has answered. */
  #storeAhead: number | undefined
  hasLeft = false
  #totals: { readonly success: number; readonly failure: number }

  constructor(
    breaker: CircuitBreaker,
    settings: FleetSettings,
    createQueue: (name: string, onLateReply: () => void) => OperationQueue,
  ) {
    this.breaker = breaker
    this.#settings = settings
    this.shared = shareState(breaker, this.#probes) // checks that it is a breaker
    this.#queue = createQueue(breaker.name, () => this.poll())
    this.#totals = breaker.snapshot().totals
    this.#endListening = breaker.on('transition', (transition) => this.#follow(transition))
  }

  /** Reads what the fleet has decided. @returns when it is known, or the store has not answered in time. */
  poll(): Promise<void> {
    return new Promise((resolve) => {
      this.send({ ...this.sender, op: 'read' }, () => resolve())
    })
  }

  /** Adopts what is newer. */
  adopt(view: View): void {
    if (this.hasLeft) return
    if (view.epoch <= (this.view?.epoch ?? 0)) {
      this.view ??= view
      return
    }
    this.view = view
    this.#probes.reset()
    const { override, remaining, attempt, reason, note, by } = view
    this.shared.adopt({
      ...{ state: this.#stateToAdopt(view), remaining, attempt, reason: `fleet-${reason}`, note, by },
      override: override && { state: override.state, remaining: override.remaining || Infinity },
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
    if (counts === undefined || calls === 0 || this.view?.state !== 'closed') return
    const openFor = openDuration(this.shared, 1, undefined)
    this.send({ ...this.sender, op: 'flush', calls, failures, ...counts, openFor })
  }

  leave(): void {
    this.hasLeft = true
    this.#probes.giveBack()
    this.#endListening()
    this.shared.stop()
  }

  // What the breaker does by itself

  #follow({ to, cause, reason, openDuration: duration = 1, attempt = 1 }: Transition): void {
    this.#probes.restartDelay()
    if (cause === 'fleet' || to === 'half-open') return
    this.#probes.giveBack()
    this.#isOwn = to === 'open' && (cause === 'call' || cause === 'time')
    this.#hasRecoveredAlone = to === 'closed' && cause === 'call' && this.view?.state !== 'closed'
    if (!this.#isOwn) return
    const openFor = wholeDuration(duration)
    const { quorum } = this.#settings
    const voteFor = Math.max(openFor, shortestVote)
    this.#vote = { ...this.sender, op: 'trip', quorum, voteFor, openFor, attempt, until: 0, note: plainText(reason) }
    this.#sendVote(this.#vote)
  }

  #sendVote(vote: Operation & { op: 'trip' }): void {
    const latest = performance.now() + vote.openFor + voteDelay
    const until = this.#storeAhead === undefined ? 0 : Math.ceil(this.#storeAhead + latest)
    this.send({ ...vote, until }, (reply) => {
      if (reply !== undefined && this.#vote === vote) this.#vote = undefined
    })
  }

  // Exchange with the store

  get random(): () => number {
    return this.#settings.random
  }

  get sender(): Pick<Operation, 'seen' | 'instance' | 'stay'> {
    const { instance, pollInterval } = this.#settings
    return { seen: this.view?.epoch ?? 0, instance, stay: Math.ceil(3 * pollInterval) }
  }

  send(operation: Operation, onReply?: OnReply): void {
    this.#queue.add(operation, (reply, sentAt) => {
      const wasAway = this.isAway
      this.isAway = reply === undefined
      if (reply !== undefined) {
        this.#storeAhead = reply.now - sentAt
        this.adopt(reply)
      }
      onReply?.(reply, sentAt)
      if (wasAway && !this.isAway && this.#vote !== undefined && this.#isOwn) this.#sendVote(this.#vote)
    })
  }
}
