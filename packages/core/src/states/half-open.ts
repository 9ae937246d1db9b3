import type { Clock } from '../clock.ts'
import type { Outcome } from '../outcome.ts'
import { Permit, Rejection, type Settler } from '../permit.ts'
import type { State, Verdict } from './state.ts'

/** Where half-open reads what it goes by: anew each time, for it can be changed live. */
interface ProbingBreaker {
  readonly clock: Clock
  readonly settings: { readonly halfOpen: ProbeSettings }
}

/** What half-open goes by. */
export interface ProbeSettings {
  readonly maxConcurrent: number
  /** So many successes close. */
  readonly successesNeeded: number
  /** One failure more re-opens. */
  readonly failuresTolerated: number
  readonly probeTimeout: number
  readonly maxDuration?: number
}

/** A few probes pass, each on a lease; their verdicts decide. */
export class HalfOpen implements State {
  readonly name = 'half-open'
  readonly timed = true
  readonly #since: number
  /** The `attempt` of the open state before. */
  readonly attempt: number
  readonly #owner: ProbingBreaker
  /** When each live probe's lease ends. */
  readonly #leases = new Map<Permit, number>()
  #successes = 0
  #failures = 0

  constructor(owner: ProbingBreaker, attempt = 0) {
    this.#owner = owner
    this.#since = owner.clock.last
    this.attempt = attempt
  }

  /** A round that nobody decides, for want of traffic, say. */
  over(): Verdict | undefined {
    const { maxDuration } = this.#owner.settings.halfOpen
    if (maxDuration === undefined || this.#owner.clock.now() < this.#since + maxDuration) return undefined
    return { to: 'open', reason: 'probes-undecided' }
  }

  admit(settler: Settler): Permit | Rejection {
    const wait = this.retryAfterMs()
    if (wait > 0) return new Rejection('half-open', wait)
    const { clock, settings } = this.#owner
    const permit = new Permit(settler, this)
    this.#leases.set(permit, clock.last + settings.halfOpen.probeTimeout)
    return permit
  }

  settle(outcome: Outcome, _error: unknown, permit: Permit): Verdict | 'late' | undefined {
    this.#endLeases()
    if (!this.#leases.delete(permit)) return 'late'
    const { successesNeeded, failuresTolerated } = this.#owner.settings.halfOpen
    if (outcome === 'failure' && ++this.#failures > failuresTolerated) return { to: 'open', reason: 'probe-failed' }
    if (outcome === 'success' && ++this.#successes >= successesNeeded)
      return { to: 'closed', reason: 'probes-succeeded' }
    return undefined
  }

  /** Frees the place. */
  release(permit: Permit): void {
    this.#leases.delete(permit)
  }

  /** The latest moment at which a place will be free: a probe may well settle before its lease ends. */
  retryAfterMs(): number {
    this.#endLeases()
    const { clock, settings } = this.#owner
    if (this.#leases.size < settings.halfOpen.maxConcurrent) return 0
    return Math.ceil(Math.min(...this.#leases.values()) - clock.last)
  }

  probes(): { live: number; successes: number; failures: number } {
    this.#endLeases()
    return { live: this.#leases.size, successes: this.#successes, failures: this.#failures }
  }

  #endLeases(): void {
    const now = this.#owner.clock.now()
    for (const [permit, endsAt] of this.#leases) if (endsAt <= now) this.#leases.delete(permit)
  }
}
