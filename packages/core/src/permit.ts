import { format } from '@cb/checks'
import type { OpenTrip, RejectionReason, StateName, Trip } from './events.ts'
import { isOutcome, type Outcome } from './outcome.ts'

/** What a state concludes: where to go, and why. */
export interface Decision {
  readonly to: StateName
  readonly reason: string
  readonly trip?: Trip
}

/** Where a permit comes from. Its identity makes a result late: a permit settles only with the very object that issued it. */
export interface Issuer {
  readonly name: StateName
  /** Whether a success settled here has just read the clock. Default false. */
  readonly timed?: boolean
  /** Whether its permits are for probes. Default false. */
  readonly issuesProbes?: boolean
  /** `late` if the permit no longer has a vote. */
  settle(outcome: Outcome, error: unknown, permit: Permit | undefined): Decision | 'late' | undefined
  /** A permit that it issued has settled late: forget it. */
  late?(permit: Permit): void
}

/** Receives the permit's outcome. */
export interface PermitOwner {
  settle(issuer: Issuer, outcome: Outcome, error: unknown, permit: Permit): void
  /** The permit was settled a second time. */
  countLate(): void
  /** The limit of a call, in milliseconds; undefined for none. */
  callTimeout(issuer: Issuer): number | undefined
  /** Runs the permit's call inside what observers put around it. */
  run<T>(fn: () => T, permit: Permit): T
}

/**
 * The right to make one call. Settle it exactly once, whatever happens; a second settlement changes nothing and is counted as
 * `late`. It belongs to the state that issued it: once the breaker has left that state, its outcome is counted as `late` too.
 */
export class Permit {
  readonly #owner: PermitOwner
  readonly #issuer: Issuer
  #settled = false
  /** When it was issued; known only while there is a listener to calls. @internal */
  startedAt: number | undefined

  /** Created by a breaker; use `tryAcquire` or `acquire`. @internal */
  constructor(owner: PermitOwner, issuer: Issuer) {
    this.#owner = owner
    this.#issuer = issuer
  }

  get admitted(): true {
    return true
  }

  /**
   * The `callTimeout` of this call in milliseconds, shorter for probes; undefined for none. For code that times calls itself: a
   * permit does not.
   */
  get callTimeout(): number | undefined {
    return this.#owner.callTimeout(this.#issuer)
  }

  /**
   * Runs `fn` inside what observers put around it, such as the context of a span, and returns its result; it settles nothing. Only
   * tracing needs it: a call made without it is counted all the same.
   */
  run<T>(fn: () => T): T {
    return this.#owner.run(fn, this)
  }

  /** The call succeeded. */
  success(): void {
    this.settle('success')
  }

  /** The call failed. An `error` with a `retryAfterMs` can lengthen the open duration. */
  failure(error?: unknown): void {
    this.settle('failure', error)
  }

  /** The call means nothing for the dependency's health (it was cancelled, say): gives the place back and changes nothing else. */
  ignore(): void {
    this.settle('ignored')
  }

  /** The same in one method, for a computed outcome. @throws TypeError for any other word, which counts as ignored. */
  settle(outcome: Outcome, error?: unknown): void {
    if (!isOutcome(outcome)) {
      this.ignore()
      throw new TypeError(`settle(outcome) must be 'success', 'failure' or 'ignored', got ${format(outcome)}`)
    }
    if (this.#settled) this.#owner.countLate()
    else {
      this.#settled = true
      this.#owner.settle(this.#issuer, outcome, error, this)
    }
  }

  /** For `using permit = breaker.acquire()`: a permit that is not settled at the end of its block is ignored, and not lost. */
  [Symbol.dispose](): void {
    if (!this.#settled) this.ignore()
  }
}

/** A call was not admitted. There is nothing to settle. */
export class Rejection {
  /** See `CircuitOpenError.reason`. */
  readonly reason: RejectionReason
  /** Whole milliseconds until asking again can succeed; null when only an operator can end it (forced open). */
  readonly retryAfterMs: number | null
  /** Why it is open, if a trip policy has opened it. */
  readonly trip: OpenTrip | undefined

  constructor(reason: RejectionReason, retryAfterMs: number | null, trip?: OpenTrip) {
    this.reason = reason
    this.retryAfterMs = retryAfterMs
    this.trip = trip
  }

  get admitted(): false {
    return false
  }
}
