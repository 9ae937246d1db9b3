import type { BodyEnd, OnBodyEnd } from './body.ts'
import type { IdleTimer } from './idle-timer.ts'

/** `setImmediate` if the platform has it, because a timer costs five times as much. */
const nextTurn: (callback: () => void) => void =
  (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ??
  ((callback) => setTimeout(callback, 0))

/** Follows the body of one response, whichever way it is read, to its end. */
export class BodyMonitor {
  /** More than one if a protected `fetch` is protected again, or if a fake one returns the same response twice. */
  readonly #listeners: OnBodyEnd[]
  readonly #idles: IdleTimer[] = []
  /** How many readers wait for a chunk. */
  #waiting = 0
  #ended = false
  /** Whether there is a reader. */
  isRead = false
  #wasRead = false
  /** How many bodies must be cancelled before this one is cancelled: `clone` and `tee` make two of one. */
  branches = 1

  constructor(onEnd: OnBodyEnd, idle?: IdleTimer) {
    this.#listeners = [onEnd]
    if (idle !== undefined) this.#idles.push(idle)
    this.#expectReader()
  }

  addListener(onEnd: OnBodyEnd, idle?: IdleTimer): void {
    if (this.#ended) return onEnd('complete', undefined)
    if (idle !== undefined) this.#idles.push(idle)
    this.#listeners.push(onEnd)
    this.#expectReader()
  }

  #expectReader(): void {
    nextTurn(() => this.isRead || this.#ended || this.#notify('unread'))
  }

  /** To be called when the reading begins. */
  begin(): void {
    this.isRead = true
    this.#wasRead = true
  }

  /** Whether `timed` must see each chunk. */
  get isTimed(): boolean {
    return this.#idles.length > 0
  }

  /** Measures how long the reader waits for a chunk. @returns the same promise. */
  timed<T>(chunk: Promise<T>): Promise<T> {
    if (!this.isTimed || this.#ended) return chunk
    this.#waiting++
    for (const idle of this.#idles) idle.start()
    const arrived = () => {
      this.#waiting--
      for (const idle of this.#idles) {
        if (this.#waiting === 0) idle.stop()
        else if (!this.#ended) idle.start()
      }
    }
    chunk.then(arrived, arrived)
    return chunk
  }

  /** To be called when a reader gives the body back before its end. */
  release(): void {
    if (this.#ended) return
    this.isRead = false
    this.#expectReader()
  }

  /** To be called when a branch is cancelled. A body that is cancelled unread is complete: its reader wanted only the headers. */
  cancel(): void {
    if (--this.branches === 0) this.end(this.#wasRead ? 'cancelled' : 'complete')
  }

  end(how: BodyEnd, error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#notify(how, error)
  }

  #notify(how: BodyEnd, error?: unknown): void {
    for (const listener of this.#listeners) listener(how, error)
  }
}
