import type { Outcome, ProbeLease, ProbeLeases, SharedBreaker } from '@cb/core'
import { type HeldLease, HeldLeases, keepUnused } from './held-leases.ts'
import { tokenOf } from './lease-token.ts'
import type { OnReply } from './operation-queue.ts'
import { longestDuration, type Operation, type View } from './protocol.ts'

/** How long `execute` and `wrap` wait for a lease: without one they would be rejected. */
const longestWait = 50

/** A lease may be free earlier than the hint says: its probe may end before it. */
const longestPause = 500

/** While the store is away each process recovers alone; a delay by chance, up to this, so that not all probe at once. */
const longestDelayAlone = 5_000

/** The member whose probes these are. */
export interface ProbeOwner {
  /** The newest that the fleet has said. */
  readonly view: View | undefined
  /** The store did not answer last time. */
  readonly isAway: boolean
  readonly hasLeft: boolean
  readonly shared: SharedBreaker
  readonly sender: Pick<Operation, 'seen' | 'instance' | 'stay'>
  readonly random: () => number
  send(operation: Operation, onReply?: OnReply): void
}

/** The probes of one breaker: each needs a lease of the fleet, unless the breaker is alone. */
export class Probes implements ProbeLeases {
  readonly #owner: ProbeOwner
  readonly #leases: HeldLeases
  #asking: Promise<void> | undefined
  /** No lease before this reading of `performance.now`. */
  #askAt = 0
  /** When it may probe alone. */
  #aloneAt: number | undefined

  constructor(owner: ProbeOwner) {
    this.#owner = owner
    this.#leases = new HeldLeases(
      (lease) => this.#renew(lease),
      (lease) => this.#report(lease, 'ignored'),
    )
  }

  take(): ProbeLease | number | undefined {
    if (this.#isAlone) return this.#waitAlone()
    const lease = this.#leases.take(this.#owner.shared.halfOpen.probeTimeout)
    if (lease !== undefined) return { settle: (outcome, error) => this.#report(lease, outcome, error) }
    void this.#ask()
    return Math.ceil(Math.max(longestWait, this.#askAt - performance.now()))
  }

  ready(): Promise<void> | undefined {
    if (this.#isAlone || this.#leases.has(this.#owner.shared.halfOpen.probeTimeout)) return undefined
    const asked = this.#ask()
    return asked && Promise.race([asked, new Promise<void>((resolve) => setTimeout(resolve, longestWait))])
  }

  get isConnected(): boolean {
    const { isAway, view } = this.#owner
    return !isAway && view !== undefined
  }

  /** A new epoch: the leases of the one before are void. */
  reset(): void {
    this.#leases.clear()
    this.#askAt = 0
  }

  /** The breaker has changed its state. */
  restartDelay(): void {
    this.#aloneAt = undefined
  }

  giveBack(): void {
    this.#leases.giveAllBack()
  }

  /** The fleet is closed, or can't be asked: the breaker decides about its probes by itself. */
  get #isAlone(): boolean {
    return !this.isConnected || this.#owner.view?.state === 'closed'
  }

  /** Milliseconds until it may probe alone; undefined if it may. */
  #waitAlone(): number | undefined {
    if (!this.#owner.isAway) return undefined
    const now = performance.now()
    this.#aloneAt ??= now + this.#owner.random() * longestDelayAlone
    return this.#aloneAt > now ? Math.ceil(this.#aloneAt - now) : undefined
  }

  /** @returns undefined if it is too early to ask again. */
  #ask(): Promise<void> | undefined {
    if (this.#asking === undefined && performance.now() < this.#askAt) return undefined
    this.#asking ??= new Promise((resolve) => {
      const { shared, view, sender } = this.#owner
      const token = tokenOf(sender.instance)
      const { attempt = 1 } = view ?? {}
      const leaseFor = this.#leaseFor
      const operation = { op: 'lease', token, limit: shared.halfOpen.maxConcurrent, leaseFor, attempt } as const
      this.#owner.send({ ...sender, ...operation }, (reply, sentAt) => {
        this.#asking = undefined
        const keptUntil = performance.now() + keepUnused
        const lease = { token, epoch: reply?.epoch ?? 0, endsAt: sentAt + leaseFor, keptUntil }
        if (reply?.leased && this.#owner.hasLeft) this.#report(lease, 'ignored')
        else if (reply?.leased && reply.epoch === this.#owner.view?.epoch) this.#leases.add(lease, leaseFor / 6)
        else {
          const pause = Math.max(10, Math.min(reply?.hint ?? longestPause, longestPause))
          this.#askAt = performance.now() + pause * (0.5 + this.#owner.random() / 2)
        }
        resolve()
      })
    })
    return this.#asking
  }

  /** A lease is renewed early enough to last, whenever a call comes, for as long as a probe may take. */
  get #leaseFor(): number {
    return Math.min(Math.ceil(1.5 * this.#owner.shared.halfOpen.probeTimeout), longestDuration)
  }

  #renew(lease: HeldLease): void {
    const { token, epoch } = lease
    const leaseFor = this.#leaseFor
    this.#owner.send({ ...this.#owner.sender, seen: epoch, op: 'renew', token, leaseFor }, (reply, sentAt) => {
      if (reply?.leased) lease.endsAt = sentAt + leaseFor
      else if (reply !== undefined) this.#leases.drop(lease)
    })
  }

  #report({ token, epoch: seen }: HeldLease, outcome: Outcome, error?: unknown): void {
    const { shared, view, sender } = this.#owner
    const { successesNeeded, failuresTolerated } = shared.halfOpen
    const openFor = outcome === 'failure' ? openDuration(shared, 1 + (view?.attempt ?? 0), error) : 1
    const report = { op: 'report', token, outcome, successesNeeded, failuresTolerated, openFor } as const
    this.#owner.send({ ...sender, seen, ...report })
  }
}

export function openDuration(shared: SharedBreaker, attempt: number, error: unknown): number {
  return wholeDuration(shared.openDuration(attempt, error))
}

export function wholeDuration(duration: number): number {
  return Math.min(Math.ceil(duration), longestDuration)
}
