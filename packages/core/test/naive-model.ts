/**
 * What a breaker must do, written a second time and as naively as possible: numbered periods, plain lists, everything searched
 * again. It shares no code with the circuit.
 */
export type Name = 'closed' | 'open' | 'half-open'
export type Result = 'success' | 'failure' | 'ignored'

export interface ModelOptions {
  readonly trip:
    | { readonly kind: 'run'; readonly threshold: number }
    | { readonly kind: 'rate'; readonly threshold: number; readonly size: number; readonly minimum: number }
  readonly openDuration: number
  readonly factor: number
  readonly maxOpenDuration: number
  readonly maxConcurrent: number
  readonly decision:
    | { readonly kind: 'count'; readonly successes: number }
    | { readonly kind: 'rate'; readonly probes: number; readonly rate: number }
  readonly maxDuration: number | undefined
  readonly probeTimeout: number
  readonly callTimeout?: number
  /** An adaptive throttle over the last `size` calls. */
  readonly throttle:
    | { readonly multiplier: number; readonly floor: number; readonly size: number; readonly minimum: number }
    | undefined
  /** An even ramp after an outage. */
  readonly ramp: { readonly duration: number; readonly from: number } | undefined
}

interface ModelPermit {
  readonly id: number
  readonly period: number
  readonly admittedAt: number
  settled: boolean
}

interface Period {
  number: number
  readonly name: Name
  readonly startedAt: number
  readonly attempt: number
  readonly openFor: number
  /** Settled calls while closed, probes while half-open: oldest first. */
  results: Result[]
  /** Whether it followed an outage, so that a ramp applies. */
  readonly recovers: boolean
}

export type Admission =
  | { readonly admitted: true; readonly id: number }
  | { readonly admitted: false; readonly reason: string; readonly retryAfterMs: number | null }

export class NaiveModel {
  readonly options: ModelOptions
  now = 0
  /** What `random` returns until the next step. */
  chance = 0
  period: Period
  override: { readonly name: 'open' | 'closed'; number: number; readonly endsAt: number } | null = null
  permits: ModelPermit[] = []
  totals = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
  opens = 0
  closes = 0
  visitedHalfOpen = false
  #numbers = 0

  constructor(options: ModelOptions) {
    this.options = options
    this.period = this.#newPeriod('closed', 0, false)
  }

  #newPeriod(name: Name, attempt: number, recovers: boolean): Period {
    const { openDuration, factor, maxOpenDuration } = this.options
    const openFor = Math.min(maxOpenDuration, openDuration * factor ** (attempt - 1))
    return { number: ++this.#numbers, name, startedAt: this.now, attempt, openFor, results: [], recovers }
  }

  get name(): Name {
    return this.override?.name ?? this.period.name
  }

  get #number(): number {
    return this.override?.number ?? this.period.number
  }

  #change(change: () => void): void {
    const before = this.name
    change()
    if (this.name === before) return
    if (this.name === 'open') this.opens++
    if (this.name === 'closed') this.closes++
    if (this.name === 'half-open') this.visitedHalfOpen = true
  }

  /** Time passes; what is due happens. A step back is no time at all. */
  passes(ms: number): void {
    this.now += Math.max(0, ms)
    this.look()
  }

  look(): void {
    if (this.override !== null) {
      if (this.now < this.override.endsAt) return
      this.#change(() => {
        this.override = null
      })
    }
    const { period } = this
    if (period.name === 'open' && this.now >= period.startedAt + period.openFor) {
      this.#change(() => {
        this.period = this.#newPeriod('half-open', period.attempt, false)
      })
    } else if (period.name === 'half-open' && this.now - period.startedAt >= (this.options.maxDuration ?? Infinity)) {
      this.#open()
    }
  }

  /** The share of calls that a ramp admits; 1 without one. */
  share(): number {
    const { ramp } = this.options
    if (ramp === undefined || !this.period.recovers || this.period.name !== 'closed') return 1
    const elapsed = (this.now - this.period.startedAt) / ramp.duration
    return elapsed >= 1 ? 1 : ramp.from + (1 - ramp.from) * elapsed
  }

  /** The probability with which the throttle rejects. */
  rejectionProbability(): number {
    const { throttle } = this.options
    if (throttle === undefined) return 0
    const window = this.period.results.slice(-throttle.size)
    const calls = window.length
    if (calls < Math.min(throttle.minimum, throttle.size)) return 0
    const successes = window.filter((result) => result === 'success').length
    return Math.min(1 - throttle.floor, Math.max(0, (calls - throttle.multiplier * successes) / calls))
  }

  liveProbes(): ModelPermit[] {
    return this.permits.filter(
      (permit) =>
        permit.period === this.period.number &&
        !permit.settled &&
        this.now < permit.admittedAt + this.options.probeTimeout,
    )
  }

  acquire(): Admission {
    const rejection = this.#rejection()
    if (rejection !== undefined) {
      this.totals.rejected++
      return { admitted: false, ...rejection }
    }
    const id = this.permits.length
    this.permits.push({ id, period: this.#number, admittedAt: this.now, settled: false })
    return { admitted: true, id }
  }

  #rejection(): { reason: string; retryAfterMs: number | null } | undefined {
    const { override, period, now } = this
    if (override?.name === 'open') {
      return { reason: 'forced-open', retryAfterMs: override.endsAt === Infinity ? null : override.endsAt - now }
    }
    if (override?.name === 'closed') return undefined
    if (period.name === 'open') return { reason: 'open', retryAfterMs: period.startedAt + period.openFor - now }
    if (period.name === 'half-open') {
      const live = this.liveProbes()
      if (live.length < this.options.maxConcurrent) return undefined
      const first = Math.min(...live.map((permit) => permit.admittedAt))
      const { probeTimeout, callTimeout = Infinity } = this.options
      return { reason: 'half-open', retryAfterMs: Math.max(1, first + Math.min(probeTimeout, callTimeout) - now) }
    }
    if (this.share() < 1 && this.chance >= this.share()) return { reason: 'ramp', retryAfterMs: 1 }
    if (this.chance < this.rejectionProbability()) return { reason: 'throttled', retryAfterMs: 1 }
    return undefined
  }

  settle(id: number, result: Result): void {
    const permit = this.permits[id] as ModelPermit
    const leaseEnded = this.name === 'half-open' && !this.liveProbes().includes(permit)
    if (permit.settled || permit.period !== this.#number || leaseEnded) {
      permit.settled = true
      this.totals.late++
      return
    }
    permit.settled = true
    this.totals[result]++
    if (this.override !== null || result === 'ignored') return
    this.period.results.push(result)
    if (this.period.name === 'closed' && this.#trips()) this.#open()
    else if (this.period.name === 'half-open') this.#decide()
  }

  /** All ways in which the missing results could turn out: if none of them changes the decision, it is taken. */
  #decide(): void {
    const { decision } = this.options
    const failures = this.period.results.filter((result) => result === 'failure').length
    const successes = this.period.results.length - failures
    const total = decision.kind === 'count' ? decision.successes : decision.probes
    const enough = (count: number) => count / total >= (decision.kind === 'count' ? 1 : decision.rate)
    if (enough(successes)) {
      this.#change(() => {
        this.period = this.#newPeriod('closed', this.period.attempt, true)
      })
    } else if (!enough(total - failures)) {
      this.#open()
    }
  }

  #trips(): boolean {
    const { trip } = this.options
    const { results } = this.period
    if (trip.kind === 'run') {
      return results.length >= trip.threshold && results.slice(-trip.threshold).every((result) => result === 'failure')
    }
    const window = results.slice(-trip.size)
    const failures = window.filter((result) => result === 'failure').length
    const minimum = Math.ceil(trip.minimum * Math.max(this.share(), 1e-9))
    return window.length >= minimum && failures / window.length >= trip.threshold
  }

  #open(): void {
    const { period } = this
    const relapses = period.name === 'half-open' || this.share() < 1
    this.#change(() => {
      this.period = this.#newPeriod('open', (relapses ? period.attempt : 0) + 1, false)
    })
  }

  force(name: 'open' | 'closed', duration: number = Infinity): void {
    this.#change(() => {
      this.override = { name, number: ++this.#numbers, endsAt: this.now + duration }
    })
  }

  resume(): void {
    this.#change(() => {
      this.override = null
    })
    this.look()
  }

  reset(): void {
    this.#change(() => {
      this.override = null
      this.period = this.#newPeriod('closed', 0, false)
    })
  }

  /** It continues in another process, so many milliseconds later: calls in flight are lost, and a round of probes begins again. */
  restart(ms: number): void {
    this.permits = []
    this.period.number = ++this.#numbers
    if (this.period.name === 'half-open') this.period.results = []
    if (this.override !== null) this.override.number = ++this.#numbers
    this.passes(ms)
  }
}
