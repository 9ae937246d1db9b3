import { hostname } from 'node:os'
import { format, warnOnce } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import type { FleetWatch } from './fleet-watch.ts'
import type { History } from './history.ts'
import { toRow } from './row.ts'
import { type Counts, type DeltaFrame, type Head, type SnapshotFrame, type Step, stripLength } from './wire.ts'

/** What the pages know of a breaker. */
interface Row {
  head: Head
  /** As JSON, which is compared and sent. */
  headText: string
  counts: Counts
  /** The counts as they were sent. */
  sent: Counts
  turn: number
}

/** Counts of closed breakers are sent at every fourth turn: with many breakers they are most of the traffic. */
const quietTurns = 4

/** What changed since the turn before, encoded once for all pages. */
export class Feed {
  readonly #breakers: Iterable<CircuitBreaker>
  readonly #history: History
  readonly #controls: boolean
  readonly #fleet: FleetWatch | undefined
  readonly #rows = new Map<CircuitBreaker, Row>()
  readonly #steps: Step[] = []
  #turn = 0
  #now = 0
  #snapshot: string | undefined
  #nextId = 1
  #end: (() => void) | undefined

  constructor(breakers: Iterable<CircuitBreaker>, history: History, controls: boolean, fleet?: FleetWatch) {
    this.#breakers = breakers
    this.#history = history
    this.#controls = controls
    this.#fleet = fleet
  }

  /** Begins to follow the breakers, for the first page. */
  start(): void {
    this.#end = this.#history.listen((breaker, { at, from, to }) => {
      const row = this.#rows.get(breaker)
      if (row !== undefined) this.#steps.push([row.head[0], at, from, to])
    })
    this.#fleet?.start()
    this.turn()
  }

  /** Forgets all, for nobody looks. */
  stop(): void {
    this.#end?.()
    this.#fleet?.stop()
    this.#rows.clear()
    this.#steps.length = 0
    this.#snapshot = undefined
  }

  /** Looks at every breaker. @returns the JSON of the frame for pages that have the frame before; undefined if nothing changed. */
  turn(): string | undefined {
    this.#turn++
    this.#now = Date.now()
    const heads: string[] = []
    const counts: Counts[] = []
    for (const breaker of this.#breakers) this.#lookSafely(breaker, heads, counts)
    const removed = this.#sweep()
    const steps = this.#steps.splice(0)
    const fleet = this.#fleet?.changes()
    if (heads.length + counts.length + removed.length + steps.length === 0 && fleet === undefined) return undefined
    this.#snapshot = undefined
    const rest: Omit<DeltaFrame, 'heads'> = { type: 'delta', now: this.#now, counts, steps, removed, fleet }
    return withHeads(rest, heads)
  }

  /** A user's own trip policy may describe itself in any way; that must neither end the process nor hide the others. */
  #lookSafely(breaker: CircuitBreaker, heads: string[], counts: Counts[]): void {
    try {
      this.#look(breaker, heads, counts)
    } catch (error) {
      warnOnce('@cb/dashboard', breaker, `the breaker ${format(breaker.name)} can't be shown`, error)
    }
  }

  #look(breaker: CircuitBreaker, heads: string[], counts: Counts[]): void {
    const before = this.#rows.get(breaker)
    const id = before?.head[0] ?? this.#nextId++
    const [head, now] = toRow(id, breaker.snapshot(), this.#now, this.#history.outageOf(breaker), before)
    const headText = JSON.stringify(head)
    const row = before ?? { head, headText: '', counts: now, sent: [] as unknown as Counts, turn: 0 }
    if (before === undefined) {
      this.#rows.set(breaker, row)
      this.#steps.push(...this.#stepsOf(breaker, id))
    }
    const isNew = row.headText !== headText
    if (isNew) heads.push(headText)
    row.head = head
    row.headText = headText
    row.counts = now
    row.turn = this.#turn
    const isDue = isNew || head[2] !== 0 || this.#turn % quietTurns === 0
    if (!isDue || now.every((value, index) => value === row.sent[index])) return
    row.sent = now
    counts.push(now)
  }

  /** The breakers that the registry no longer has. */
  #sweep(): number[] {
    const removed: number[] = []
    for (const [breaker, row] of this.#rows) {
      if (row.turn === this.#turn) continue
      this.#rows.delete(breaker)
      this.#history.forget(breaker)
      removed.push(row.head[0])
    }
    return removed
  }

  /** The JSON of everything, for a page that has nothing. As of the latest turn. */
  snapshot(): string {
    this.#snapshot ??= this.#encode()
    return this.#snapshot
  }

  #encode(): string {
    const rows = [...this.#rows]
    const rest: Omit<SnapshotFrame, 'heads'> = {
      type: 'snapshot',
      now: this.#now,
      host: hostname(),
      pid: process.pid,
      controls: this.#controls,
      recordedSince: this.#history.since,
      fleet: this.#fleet?.whole() ?? null,
      counts: rows.map(([, { counts }]) => counts),
      steps: rows.flatMap(([breaker, row]) => this.#stepsOf(breaker, row.head[0])),
    }
    return withHeads(
      rest,
      rows.map(([, { headText }]) => headText),
    )
  }

  #stepsOf(breaker: CircuitBreaker, id: number): Step[] {
    const past = this.#history.of(breaker)
    // The last one before the strip begins says how it begins.
    const begin = past.findLastIndex(({ at }) => at <= this.#now - stripLength)
    return past.slice(Math.max(begin, 0)).map(({ at, from, to }) => [id, at, from, to])
  }
}

/** Heads are JSON already. */
function withHeads(rest: object, heads: readonly string[]): string {
  return `${JSON.stringify(rest).slice(0, -1)},"heads":[${heads.join()}]}`
}
