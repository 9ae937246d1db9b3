import type { BodyEnd, OnBodyEnd } from './body.ts'
import { BodyText } from './body-text.ts'
import type { IdleTimer } from './idle-timer.ts'
import { nextTurn } from './next-turn.ts'

/** What the branches of a body have in common. */
class WatchedBody {
  /** More than one if a protected `fetch` is protected again, or if a fake one returns the same response twice. */
  readonly listeners: OnBodyEnd[] = []
  readonly idles: IdleTimer[] = []
  /** How many readers wait for a chunk. */
  waiting = 0
  ended = false
  isRead = false
  wasRead = false
  /** How many bodies must be cancelled before this one is cancelled: `clone` and `tee` make two of one. */
  branches = 1
}

/** Follows the body of one response, whichever way it is read, to its end. Each branch of the body has a monitor of its own. */
export class BodyMonitor {
  readonly #body: WatchedBody
  #text: BodyText | undefined
  #isCancelled = false

  /** @param branchOf  another monitor of the same body. */
  constructor(branchOf?: BodyMonitor) {
    this.#body = branchOf === undefined ? new WatchedBody() : branchOf.#body
    if (branchOf !== undefined) this.#text = branchOf.#text?.copy()
  }

  /** @param idle  to be started while a reader waits for a chunk. @param maxBytes  of the text that `onEnd` gets. */
  addListener(onEnd: OnBodyEnd, idle?: IdleTimer, maxBytes?: number): void {
    if (this.#body.ended) return onEnd('complete', undefined)
    if (idle !== undefined) this.#body.idles.push(idle)
    // Of a body that is read already only the rest would be kept.
    if (maxBytes !== undefined && !this.#body.wasRead) {
      this.#text = new BodyText(Math.max(maxBytes, this.#text?.maxBytes ?? 0))
    }
    this.#body.listeners.push(onEnd)
    this.#expectReader()
  }

  /** Divides the body. @returns the monitor of the other branch; this one goes on with its own. */
  divide(): BodyMonitor {
    this.#body.branches++
    return new BodyMonitor(this)
  }

  get branches(): number {
    return this.#body.branches
  }

  #expectReader(): void {
    nextTurn(() => {
      if (this.isRead || this.#body.ended) return
      this.#notify('unread')
      if (this.#text !== undefined) this.#text = new BodyText(0) // it comes too late: only that it is read counts
    })
  }

  /** Whether there is a reader. */
  get isRead(): boolean {
    return this.#body.isRead
  }

  /** To be called when the reading begins. */
  begin(): void {
    this.#body.isRead = true
    this.#body.wasRead = true
  }

  /** Whether `reading` must see each chunk. */
  get seesChunks(): boolean {
    return this.#text !== undefined || this.#body.idles.length > 0
  }

  /** Measures how long the reader waits for a chunk, and keeps it for the text. @returns the same promise. */
  reading<T>(chunk: Promise<T>): Promise<T> {
    const body = this.#body
    if (!this.seesChunks || body.ended) return chunk
    this.#text?.begin()
    body.waiting++
    for (const idle of body.idles) idle.start()
    const arrived = () => {
      body.waiting--
      for (const idle of body.idles) {
        if (body.waiting === 0) idle.stop()
        else if (!body.ended) idle.start()
      }
    }
    chunk.then((result) => {
      arrived()
      const { value } = result as { value?: unknown }
      if (value !== undefined) this.#text?.add(value)
    }, arrived)
    return chunk
  }

  /** To be called when a reader gives the body back before its end. */
  release(): void {
    if (this.#body.ended) return
    this.#body.isRead = false
    this.#expectReader()
  }

  /** To be called when a branch is cancelled. A body that is cancelled unread is complete: its reader wanted only the headers. */
  cancel(): void {
    if (this.#isCancelled) return
    this.#isCancelled = true
    if (--this.#body.branches > 0) return
    if (this.#body.wasRead) this.end('cancelled')
    else this.end('complete')
  }

  end(how: BodyEnd, error?: unknown): void {
    if (this.#body.ended) return
    this.#body.ended = true
    this.#notify(how, error)
    this.#text = undefined
  }

  #notify(how: BodyEnd, error?: unknown): void {
    const text = this.#body.wasRead ? this.#text : undefined
    for (const listener of this.#body.listeners) listener(how, error, text)
  }
}
