import type { AsyncResource } from 'node:async_hooks'
import type { Operation, Reply } from './protocol.ts'

/** @param reply  undefined if there is none in time. @param sentAt  when the operation was sent, by `performance.now`. */
export type OnReply = (reply: Reply | undefined, sentAt: number) => void

interface Entry {
  operation: Operation
  readonly callbacks: OnReply[]
  timer: NodeJS.Timeout | undefined
  isOver: boolean
}

/** Operations in flight of one process, over all breakers: a client keeps each command that has no answer yet. */
export class Slots {
  /** When the store has answered last, by `performance.now`. */
  answeredAt: number = -Infinity
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

/** What the operations of one process share. */
export interface QueueSettings {
  readonly slots: Slots
  /** Milliseconds. */
  readonly deadline: number
  readonly context: AsyncResource
}

/**
 * The operations of one breaker: one at a time. Each has a deadline of its own, for a client may wait for minutes; but nothing
 * more is sent until the client has settled, so what it keeps is bounded.
 */
export class OperationQueue {
  readonly #run: (operation: Operation) => Promise<Reply>
  readonly #slots: Slots
  readonly #deadline: number
  /** Operations and what follows from them are no part of the call that was the occasion. */
  readonly #context: AsyncResource
  /** The store has answered after the deadline: it is back. */
  readonly #onLateReply: () => void
  #waiting: Entry[] = []
  #isBusy = false

  constructor(
    run: (operation: Operation) => Promise<Reply>,
    { slots, deadline, context }: QueueSettings,
    onLateReply: () => void,
  ) {
    this.#run = run
    this.#slots = slots
    this.#deadline = deadline
    this.#context = context
    this.#onLateReply = onLateReply
  }

  /** Merged with one of the same kind that still waits, but for reports and renewals: each has a lease of its own. */
  add(operation: Operation, onReply: OnReply): void {
    this.#context.runInAsyncScope(() => this.#add(operation, onReply))
  }

  #add(operation: Operation, onReply: OnReply): void {
    const { op } = operation
    const isSingle = op !== 'report' && op !== 'renew'
    const waiting = isSingle ? this.#waiting.find((other) => other.operation.op === op) : undefined
    if (waiting === undefined) {
      const entry: Entry = { operation, callbacks: [onReply], timer: undefined, isOver: false }
      this.#waiting.push(entry)
      this.#expire(entry, this.#deadline)
    } else {
      waiting.operation = merge(waiting.operation, operation)
      waiting.callbacks.push(onReply)
    }
    this.#next()
  }

  #next(): void {
    if (this.#isBusy || this.#waiting.length === 0) return
    this.#isBusy = true
    this.#slots.acquire(() => void this.#send())
  }

  async #send(): Promise<void> {
    const entry = this.#waiting.shift()
    try {
      if (entry !== undefined) await this.#exchange(entry)
    } finally {
      this.#isBusy = false
      this.#slots.release()
      this.#next()
    }
  }

  async #exchange(entry: Entry): Promise<void> {
    const sentAt = performance.now()
    this.#expire(entry, this.#deadline)
    const reply = await this.#attempt(entry.operation)
    if (reply !== undefined) this.#slots.answeredAt = performance.now()
    if (!entry.isOver) this.#end(entry, reply, sentAt)
    else if (reply !== undefined) this.#onLateReply()
  }

  #expire(entry: Entry, delay: number): void {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      // One that still waits for a slot is not late while the store answers others.
      const rest = this.#waiting.includes(entry) ? this.#slots.answeredAt + this.#deadline - performance.now() : 0
      if (rest > 0) this.#expire(entry, rest)
      else this.#end(entry, undefined, 0)
    }, delay).unref()
  }

  #end(entry: Entry, reply: Reply | undefined, sentAt: number): void {
    clearTimeout(entry.timer)
    entry.isOver = true
    this.#waiting = this.#waiting.filter((other) => other !== entry)
    for (const onReply of entry.callbacks) onReply(reply, sentAt)
  }

  async #attempt(operation: Operation): Promise<Reply | undefined> {
    try {
      return await this.#run(operation)
    } catch {
      return undefined // the store is away
    }
  }
}

function merge(older: Operation, newer: Operation): Operation {
  if (older.op !== 'flush' || newer.op !== 'flush') return newer
  return { ...newer, calls: older.calls + newer.calls, failures: older.failures + newer.failures }
}
