import type { Fleet, FleetBreaker } from './fleet.ts'
import { toFleetRow } from './fleet-row.ts'
import type { FleetPart, FleetRow } from './wire.ts'

/** Between an answer of the fleet and the next question; longer if answers are slow, so that at most a fifth of the time is asked. */
const pause = 3_000
/** After it the store counts as away. There is never more than one question without an answer. */
const deadline = 5_000

/** Breakers that are sent to pages; those that this process has come first. */
export const mostFleetBreakers = 1_000

/** What the fleet says, asked for while a page is open, once for all pages. */
export class FleetWatch {
  readonly fleet: Fleet
  readonly #isLocal: (name: string) => boolean
  readonly #rows = new Map<string, { readonly row: FleetRow; readonly text: string }>()
  readonly #changed = new Set<string>()
  readonly #removed = new Set<string>()
  #isKnown = false
  #awaySince: number | null = null
  /** Whether pages know `#isKnown` and `#awaySince`. */
  #isTold = false
  #isRunning = false
  #isAsking = false
  /** Something was done since the question: its answer may be too old. */
  #askAgain = false
  #timer: NodeJS.Timeout | undefined

  /** @param isLocal  whether this process has a breaker of the name. */
  constructor(fleet: Fleet, isLocal: (name: string) => boolean) {
    this.fleet = fleet
    this.#isLocal = isLocal
  }

  start(): void {
    this.#isRunning = true
    this.refresh()
  }

  /** Forgets all, for nobody looks. */
  stop(): void {
    this.#isRunning = false
    clearTimeout(this.#timer)
    for (const held of [this.#rows, this.#changed, this.#removed]) held.clear()
    this.#isKnown = false
    this.#awaySince = null
  }

  has(name: string): boolean {
    return this.#rows.has(name)
  }

  /** Asks at once. */
  refresh(): void {
    if (this.#isAsking) this.#askAgain = true
    else if (this.#isRunning) void this.#ask()
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isAsking = true
    this.#askAgain = false
    const askedAt = Date.now()
    const begun = performance.now()
    const late = setTimeout(() => this.#miss(askedAt), deadline).unref()
    try {
      this.#take(await this.fleet.list())
    } catch {
      this.#miss(askedAt)
    }
    clearTimeout(late)
    this.#isAsking = false
    if (!this.#isRunning) return
    const delay = this.#askAgain ? 0 : Math.max(pause, 4 * (performance.now() - begun))
    this.#timer = setTimeout(() => void this.#ask(), delay).unref()
  }

  #miss(askedAt: number): void {
    if (!this.#isRunning || this.#awaySince !== null) return
    this.#awaySince = askedAt
    this.#isTold = false
  }

  #take(list: readonly FleetBreaker[]): void {
    if (!this.#isRunning) return
    const now = Date.now()
    const gone = new Set(this.#rows.keys())
    for (const breaker of this.#mostOf(list)) {
      const before = this.#rows.get(breaker.name)
      const row = toFleetRow(breaker, now, before?.row)
      if (row === undefined) continue
      gone.delete(row.name)
      const text = JSON.stringify(row)
      if (text === before?.text) continue
      this.#rows.set(row.name, { row, text })
      this.#changed.add(row.name)
    }
    for (const name of gone) {
      this.#rows.delete(name)
      this.#changed.delete(name)
      this.#removed.add(name)
    }
    this.#isTold &&= this.#isKnown && this.#awaySince === null
    this.#isKnown = true
    this.#awaySince = null
  }

  #mostOf(list: readonly FleetBreaker[]): readonly FleetBreaker[] {
    const named = list.filter((breaker) => typeof breaker?.name === 'string')
    if (named.length <= mostFleetBreakers) return named
    const isElsewhere = ({ name }: FleetBreaker) => Number(!this.#isLocal(name))
    return named.sort((a, b) => isElsewhere(a) - isElsewhere(b)).slice(0, mostFleetBreakers)
  }

  /** @returns what changed since it was called last; undefined if nothing did. */
  changes(): FleetPart | undefined {
    if (this.#isTold && this.#changed.size + this.#removed.size === 0) return undefined
    const rows = [...this.#changed].map((name) => (this.#rows.get(name) as { row: FleetRow }).row)
    const removed = [...this.#removed].filter((name) => !this.#rows.has(name))
    this.#changed.clear()
    this.#removed.clear()
    this.#isTold = true
    return { isKnown: this.#isKnown, awaySince: this.#awaySince, rows, removed }
  }

  /** For a page that has nothing. */
  whole(): FleetPart {
    const rows = Array.from(this.#rows.values(), ({ row }) => row)
    return { isKnown: this.#isKnown, awaySince: this.#awaySince, rows, removed: [] }
  }
}
