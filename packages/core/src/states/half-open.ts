import type { Clock } from '../clock.ts'
import type { OpenTrip } from '../events.ts'
import type { Outcome } from '../outcome.ts'
import { type Decision, type Permit, Rejection } from '../permit.ts'
import type { HalfOpenSettings, Settings } from '../settings.ts'
import type { Admission, Arbiter, State } from './state.ts'

/** Where half-open reads its settings: anew each time, for they can be changed live. */
interface Owner {
  readonly settings: Pick<Settings, 'clock' | 'callTimeout'> & { readonly halfOpen: HalfOpenSettings }
  readonly probeAdmission: Admission | undefined
}

interface Lease {
  readonly beganAt: number
  readonly endsAt: number
  readonly arbiter: Arbiter | undefined
}

/** A few probes pass, each on a lease; their outcomes decide. */
export class HalfOpen implements State {
  readonly name = 'half-open'
  readonly timed = true
  readonly issuesProbes = true
  /** The `attempt` of the open state before. */
  readonly attempt: number
  readonly openedBy: OpenTrip | undefined
  readonly #owner: Owner
  readonly #startedAt: number
  /** Of each live probe. */
  readonly #leases = new Map<Permit, Lease>()
  #successes = 0
  #failures = 0

  /** @param age  of the round of probes, in milliseconds. */
  constructor(owner: Owner, attempt = 0, openedBy?: OpenTrip, age = 0) {
    this.#owner = owner
    this.#startedAt = owner.settings.clock.last - age
    this.attempt = attempt
    this.openedBy = openedBy
  }

  get #clock(): Clock {
    return this.#owner.settings.clock
  }

  get age(): number {
    return this.#clock.now() - this.#startedAt
  }

  get admission(): Admission | undefined {
    return this.#owner.probeAdmission
  }

  /** A round that is not decided in time, for want of traffic, say. */
  expired(): Decision | undefined {
    const { maxDuration } = this.#owner.settings.halfOpen
    if (maxDuration === undefined || this.#clock.now() < this.#startedAt + maxDuration) return undefined
    return { to: 'open', reason: 'probes-undecided' }
  }

  /** `retryAfterMs` is when the time limit of a probe ends, or its lease: a probe may settle before. */
  rejection(): Rejection | undefined {
    this.#endLeases()
    if (this.#leases.size < this.#owner.settings.halfOpen.maxConcurrent) return undefined
    const { halfOpen, callTimeout } = this.#owner.settings
    const limit = halfOpen.callTimeout ?? callTimeout ?? Infinity // ends most probes before their lease
    const freeAt = [...this.#leases.values()].map(({ beganAt, endsAt }) => Math.min(endsAt, beganAt + limit))
    return new Rejection('half-open', Math.max(1, Math.ceil(Math.min(...freeAt) - this.#clock.last)), this.openedBy)
  }

  issue(permit: Permit): void {
    const beganAt = this.#clock.last
    const endsAt = beganAt + this.#owner.settings.halfOpen.probeTimeout
    this.#leases.set(permit, { beganAt, endsAt, arbiter: this.admission?.issue?.() })
  }

  settle(outcome: Outcome, error: unknown, permit: Permit): Decision | 'late' | undefined {
    this.#endLeases()
    const lease = this.#leases.get(permit)
    if (lease === undefined) return 'late'
    this.#leases.delete(permit)
    const { successesNeeded, failuresTolerated, slowAfter = Infinity } = this.#owner.settings.halfOpen
    const isSlow = outcome === 'success' && this.#clock.last - lease.beganAt >= slowAfter
    const vote = isSlow ? 'failure' : outcome
    if (lease.arbiter !== undefined) return void lease.arbiter.settle(vote, error)
    if (vote === 'ignored') return undefined
    if (vote === 'success')
      return ++this.#successes >= successesNeeded ? { to: 'closed', reason: 'probes-succeeded' } : undefined
    return ++this.#failures > failuresTolerated ? { to: 'open', reason: 'probe-failed' } : undefined
  }

  late(permit: Permit): void {
    this.#leases.delete(permit)
  }

  probes(): { live: number; successes: number; failures: number } {
    this.#endLeases()
    return { live: this.#leases.size, successes: this.#successes, failures: this.#failures }
  }

  #endLeases(): void {
    const now = this.#clock.now()
    for (const [permit, { endsAt }] of this.#leases) if (endsAt <= now) this.#leases.delete(permit)
  }
}
