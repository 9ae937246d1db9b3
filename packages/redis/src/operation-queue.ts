import type { Operation, Reply } from './protocol.ts'

/** An operation that waits for its turn. */
interface Entry {
  readonly operation: Operation
  /** After this reading of `performance.now` it would have no effect. */
  readonly endsAt: number
  /** @param reply  undefined if there is none in time. @param sentAt  when it was sent, by `performance.now`. */
  readonly onReply: (reply: Reply | undefined, sentAt: number) => void
}

/** Operations in flight of one process, over all breakers: a client keeps each command that has no answer yet. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  acquire(run: () => void): void {
    if (this.#free === 0) this.#waiting.push(run)
    else {
      this.#free--
      run()
    }
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}

/**
 * The operations of one breaker: one at a time. Each has a deadline of its own, for a client may wait for minutes; but nothing
 * more is sent until the client has settled, so what it keeps is bounded.
 */
export class OperationQueue {
  readonly #run: (operation: Operation) => Promise<Reply>
  readonly #slots: Slots
  readonly #deadline: number
  #waiting: Entry[] = []
  #isBusy = false
  /** A reply that came after its deadline: the store is back. */
  readonly #onLateReply: () => void

  constructor(run: (operation: Operation) => Promise<Reply>, slots: Slots, deadline: number, onLateReply: () => void) {
    this.#run = run
    this.#slots = slots
    this.#deadline = deadline
    this.#onLateReply = onLateReply
  }

  /** Merged with one of the same kind that still waits, but for reports and renewals: each has a lease of its own. */
  add(operation: Operation, onReply: Entry['onReply'], endsAt: number = Infinity): void {
    const { op } = operation
    const isSingle = op !== 'report' && op !== 'renew'
    const index = isSingle ? this.#waiting.findIndex((other) => other.operation.op === op) : -1
    const entry = { operation, onReply, endsAt }
    if (index < 0) this.#waiting.push(entry)
    else this.#waiting[index] = merge(this.#waiting[index] as Entry, entry)
    this.#next()
  }

  #next(): void {
    if (this.#isBusy || this.#waiting.length === 0) return
    this.#isBusy = true
    this.#slots.acquire(() => void this.#send())
  }

  async #send(): Promise<void> {
    const sentAt = performance.now()
    let entry = this.#waiting.shift()
    while (entry !== undefined && entry.endsAt <= sentAt) entry = this.#waiting.shift()
    if (entry !== undefined) await this.#exchange(entry, sentAt)
    this.#isBusy = false
    this.#slots.release()
    this.#next()
  }

  /** Until the client has settled. */
  async #exchange({ operation, onReply }: Entry, sentAt: number): Promise<void> {
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      onReply(undefined, sentAt)
    }, this.#deadline)
    timer.unref()
    const reply = await this.#attempt(operation)
    clearTimeout(timer)
    if (!isOver) onReply(reply, sentAt)
    else if (reply !== undefined) this.#onLateReply()
  }

  async #attempt(operation: Operation): Promise<Reply | undefined> {
    try {
      return await this.#run(operation)
    } catch {
      return undefined // the store is away
    }
  }
}

function merge(older: Entry, newer: Entry): Entry {
  const { operation: before } = older
  const { operation: after } = newer
  const isFlush = before.op === 'flush' && after.op === 'flush'
  const sum = isFlush && { calls: before.calls + after.calls, failures: before.failures + after.failures }
  return {
    operation: { ...after, ...sum },
    endsAt: newer.endsAt,
    onReply(reply, sentAt) {
      older.onReply(reply, sentAt)
      newer.onReply(reply, sentAt)
    },
  }
}
