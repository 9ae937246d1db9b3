import type { BodyEnd, OnBodyEnd } from './body.ts'

/** `setImmediate` if the platform has it, because a timer costs five times as much. */
const nextTurn: (callback: () => void) => void =
  (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ??
  ((callback) => setTimeout(callback, 0))

/** Follows the body of one response, whichever way it is read, to its end. */
export class BodyMonitor {
  /** More than one if a protected `fetch` is protected again, or if a fake one returns the same response twice. */
  readonly #listeners: OnBodyEnd[]
  #ended = false
  /** Whether there is a reader. */
  isRead = false
  #wasRead = false
  /** How many bodies must be cancelled before this one is cancelled: `clone` and `tee` make two of one. */
  branches = 1

  constructor(onEnd: OnBodyEnd) {
    this.#listeners = [onEnd]
    this.#expectReader()
  }

  addListener(onEnd: OnBodyEnd): void {
    if (this.#ended) return onEnd('complete', undefined)
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
