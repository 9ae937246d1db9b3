import type { BodyEnd } from '@cb/http-rules'

/**
 * Told `unread` of a body that nobody has begun to read one turn of the event loop from now, and of any body once how it has ended.
 */
export type OnBodyEnd = (end: BodyEnd, error: unknown) => void

/** `setImmediate` where there is one: a timer costs five times as much. */
const nextTurn: (callback: () => void) => void =
  (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ??
  ((callback) => setTimeout(callback, 0))

/** Knows what becomes of the body of one answer, by whatever way it is read. */
export class BodyWatch {
  /** More than one where a protected `fetch` is protected again, or a fake one gives the same response twice. */
  readonly #listeners: OnBodyEnd[]
  #ended = false
  /** Somebody has begun to read. */
  isRead = false
  /** How many bodies must be cancelled before this one is: `clone` and `tee` make two of one. */
  branches = 1

  constructor(onEnd: OnBodyEnd) {
    this.#listeners = [onEnd]
    this.#expectReader()
  }

  follow(onEnd: OnBodyEnd): void {
    if (this.#ended) return onEnd('complete', undefined)
    this.#listeners.push(onEnd)
    this.#expectReader()
  }

  #expectReader(): void {
    nextTurn(() => this.isRead || this.#ended || this.#tell('unread'))
  }

  /** Whoever has read so far gives it back. */
  release(): void {
    if (this.#ended) return
    this.isRead = false
    this.#expectReader()
  }

  /** Nobody wants the rest. Where nobody has begun to read, only the headers were wanted, and those are complete. */
  cancel(): void {
    if (--this.branches === 0) this.end(this.isRead ? 'cancelled' : 'complete')
  }

  end(how: BodyEnd, error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#tell(how, error)
  }

  #tell(how: BodyEnd, error?: unknown): void {
    for (const listener of this.#listeners) listener(how, error)
  }
}
