/**
 * What a breaker must do, written a second time and as naively as possible: numbered periods, plain lists, everything searched
 * anew. It shares no code with the machine.
 */
export type Name = 'closed' | 'open' | 'half-open'
export type Result = 'success' | 'failure' | 'ignored'

export interface ModelOptions {
  trip: { kind: 'run'; threshold: number } | { kind: 'rate'; threshold: number; size: number; minimum: number }
  openDuration: number
  factor: number
  maxOpenDuration: number
  maxConcurrent: number
  decision: { kind: 'count'; successes: number } | { kind: 'rate'; probes: number; rate: number }
  maxDuration: number | undefined
  probeTimeout: number
}

interface ModelPermit {
  id: number
  period: number
  admittedAt: number
  settled: boolean
}

interface Period {
  number: number
  name: Name
  startedAt: number
  attempt: number
  openFor: number
  /** Settled calls while closed, probes' successes while half-open: oldest first. */
  results: Result[]
}

export type Admission =
  | { admitted: true; id: number }
  | { admitted: false; reason: string; retryAfterMs: number | null }

export class NaiveModel {
  readonly options: ModelOptions
  now = 0
  period: Period
  override: { name: 'open' | 'closed'; number: number } | null = null
  permits: ModelPermit[] = []
  totals = { success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 }
  opens = 0
  closes = 0
  visitedHalfOpen = false
  #numbers = 0

  constructor(options: ModelOptions) {
    this.options = options
    this.period = this.#newPeriod('closed')
  }

  #newPeriod(name: Name, attempt = 0): Period {
    const { openDuration, factor, maxOpenDuration } = this.options
    const openFor = Math.min(maxOpenDuration, openDuration * factor ** (attempt - 1))
    return { number: ++this.#numbers, name, startedAt: this.now, attempt, openFor, results: [] }
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
    const { period } = this
    if (this.override !== null) return
    if (period.name === 'open' && this.now >= period.startedAt + period.openFor) {
      this.#change(() => {
        this.period = this.#newPeriod('half-open', period.attempt)
      })
    } else if (period.name === 'half-open' && this.now - period.startedAt >= (this.options.maxDuration ?? Infinity)) {
      this.#open()
    }
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
    if (this.name === 'open') {
      this.totals.rejected++
      if (this.override !== null) return { admitted: false, reason: 'forced-open', retryAfterMs: null }
      return { admitted: false, reason: 'open', retryAfterMs: this.period.startedAt + this.period.openFor - this.now }
    }
    if (this.name === 'half-open') {
      const live = this.liveProbes()
      if (live.length >= this.options.maxConcurrent) {
        this.totals.rejected++
        const first = Math.min(...live.map((permit) => permit.admittedAt))
        return { admitted: false, reason: 'half-open', retryAfterMs: first + this.options.probeTimeout - this.now }
      }
    }
    const id = this.permits.length
    this.permits.push({ id, period: this.#number, admittedAt: this.now, settled: false })
    return { admitted: true, id }
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
    else if (this.period.name === 'half-open') this.#judge()
  }

  /** All ways in which the missing results could turn out: if none of them changes the decision, it is taken. */
  #judge(): void {
    const { decision } = this.options
    const failures = this.period.results.filter((result) => result === 'failure').length
    const successes = this.period.results.length - failures
    const total = decision.kind === 'count' ? decision.successes : decision.probes
    const enough = (count: number) => count / total >= (decision.kind === 'count' ? 1 : decision.rate)
    if (enough(successes)) {
      this.#change(() => {
        this.period = this.#newPeriod('closed')
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
    return window.length >= trip.minimum && failures / window.length >= trip.threshold
  }

  #open(): void {
    this.#change(() => {
      this.period = this.#newPeriod('open', this.period.attempt + 1)
    })
  }

  force(name: 'open' | 'closed'): void {
    this.#change(() => {
      this.override = { name, number: ++this.#numbers }
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
      this.period = this.#newPeriod('closed')
    })
  }
}
