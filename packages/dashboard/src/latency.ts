import type { CircuitBreaker } from '@cb/core'
import type { LatencySlot } from './wire.ts'

const slotLength = 5_000
const slots = 60
/** Nobody has asked for this long: the page was closed. */
const idleAfter = 15_000

/** Whoever may look can ask for many breakers; only the latest are watched. */
export const mostWatched = 16

/** Classes of latencies, each 12 % wider than the one before: from 0.1 ms to two minutes. */
const classes = 128
const factor = 1.12
const shortest = 0.1

interface Slot {
  readonly at: number
  readonly counts: Uint32Array
  calls: number
}

/** The latencies of one breaker in the last five minutes, while its page is open. */
class Latency {
  readonly since = Date.now()
  readonly #slots: Slot[] = []
  readonly #end: () => void
  readonly #idle: NodeJS.Timeout

  constructor(breaker: CircuitBreaker, onIdle: () => void) {
    this.#end = breaker.on('outcome', ({ duration }) => {
      if (duration !== undefined) this.#add(duration)
    })
    this.#idle = setTimeout(onIdle, idleAfter).unref()
  }

  #add(duration: number): void {
    const at = Math.floor(Date.now() / slotLength) * slotLength
    let slot = this.#slots.at(-1)
    if (slot?.at !== at) {
      slot = { at, counts: new Uint32Array(classes), calls: 0 }
      this.#slots.push(slot)
      if (this.#slots.length > slots) this.#slots.shift()
    }
    const index = duration <= shortest ? 0 : Math.ceil(Math.log(duration / shortest) / Math.log(factor))
    const place = Math.min(index, classes - 1)
    slot.counts[place] = (slot.counts[place] as number) + 1
    slot.calls++
  }

  read(): LatencySlot[] {
    this.#idle.refresh()
    const oldest = Date.now() - slots * slotLength
    return this.#slots
      .filter(({ at }) => at >= oldest)
      .map((slot) => [slot.at, slot.calls, quantile(slot, 0.5), quantile(slot, 0.95), quantile(slot, 0.99)])
  }

  close(): void {
    clearTimeout(this.#idle)
    this.#end()
  }
}

/** The upper end of the class, so at most 12 % too long. */
function quantile({ counts, calls }: Slot, share: number): number {
  let missing = Math.ceil(calls * share)
  let index = -1
  while (missing > 0) missing -= counts[++index] as number
  return Number((shortest * factor ** index).toPrecision(3))
}

/** Latencies of the breakers whose pages are open. Listening to each call has its cost, so it ends when nobody asks. */
export class Latencies {
  readonly #watched = new Map<CircuitBreaker, Latency>()

  of(breaker: CircuitBreaker): { slots: LatencySlot[]; since: number } {
    let latency = this.#watched.get(breaker)
    if (latency === undefined) {
      latency = new Latency(breaker, () => this.#drop(breaker))
      this.#watched.set(breaker, latency)
      if (this.#watched.size > mostWatched) this.#drop(this.#watched.keys().next().value as CircuitBreaker)
    }
    return { slots: latency.read(), since: latency.since }
  }

  #drop(breaker: CircuitBreaker): void {
    this.#watched.get(breaker)?.close()
    this.#watched.delete(breaker)
  }

  close(): void {
    for (const breaker of this.#watched.keys()) this.#drop(breaker)
  }
}
