/** A lease that the fleet has granted, and that no call has used yet. Times are readings of `performance.now`. */
export interface HeldLease {
  readonly token: string
  readonly epoch: number
  endsAt: number
  /** It is given back then. */
  readonly keptUntil: number
}

/** How long a lease waits for a call: a little longer than a minute, so that one call a minute closes a breaker. */
export const keepUnused = 90_000

/** The unused leases of one breaker, renewed while they wait. */
export class HeldLeases {
  #leases: HeldLease[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #renew: (lease: HeldLease) => void
  readonly #giveBack: (lease: HeldLease) => void

  constructor(renew: (lease: HeldLease) => void, giveBack: (lease: HeldLease) => void) {
    this.#renew = renew
    this.#giveBack = giveBack
  }

  /** @param interval  milliseconds between two renewals. */
  add(lease: HeldLease, interval: number): void {
    this.#leases.push(lease)
    this.#timer ??= setInterval(() => this.#renewAll(), interval).unref()
  }

  /** One that lasts for as long as a probe may take. @param atLeast  milliseconds. */
  take(atLeast: number): HeldLease | undefined {
    const until = performance.now() + atLeast
    const lease = this.#leases.find(({ endsAt }) => endsAt >= until)
    if (lease !== undefined) this.drop(lease)
    return lease
  }

  has(atLeast: number): boolean {
    const until = performance.now() + atLeast
    return this.#leases.some(({ endsAt }) => endsAt >= until)
  }

  drop(lease: HeldLease): void {
    this.#leases = this.#leases.filter((other) => other !== lease)
    if (this.#leases.length === 0) this.clear()
  }

  clear(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#leases = []
  }

  giveAllBack(): void {
    for (const lease of this.#leases) this.#giveBack(lease)
    this.clear()
  }

  #renewAll(): void {
    const now = performance.now()
    for (const lease of this.#leases) {
      if (lease.endsAt > now && lease.keptUntil > now) this.#renew(lease)
      else {
        this.drop(lease)
        this.#giveBack(lease)
      }
    }
  }
}
