import { longestTimer } from '@cb/checks'

/** A call in flight that ends at its limit, unless it is removed before. */
export interface Deadline {
  /** Whether it keeps the process alive. */
  readonly keepsAlive: boolean
  /** Of the queue. */
  endsAt: number
  before: Deadline | undefined
  after: Deadline | undefined
  /** The limit is reached; it has been removed. */
  expire(): void
}

/** Limits may be computed: with more of them than this, the timer of one without calls is not left armed. */
const mostIdle = 32

type Timer = ReturnType<typeof setTimeout> | undefined

/**
 * The calls in flight with one limit. They end in the order in which they began, so one timer serves all of them. It is referenced
 * while a call is in flight, and not armed anew for each: gone one limit after the last call at the latest.
 */
export class Deadlines {
  readonly ms: number
  readonly #world: World
  #first: Deadline | undefined
  #last: Deadline | undefined
  /** How many calls keep the process alive. */
  #holding = 0
  #timer: Timer
  /** What the timer waits for. A clock that does not move with the timers, as under some fake ones, must not make it wait again. */
  #armedFor = 0
  #isArming = false

  constructor(ms: number, world: World) {
    this.ms = ms
    this.#world = world
  }

  add(deadline: Deadline): void {
    deadline.endsAt = this.#world.now() + this.ms
    deadline.before = this.#last
    if (this.#last === undefined) this.#first = deadline
    else this.#last.after = deadline
    this.#last = deadline
    if (deadline.keepsAlive && this.#holding++ === 0) this.#world.hold(this.#timer)
    if (!this.#world.keepsTimers) this.#arm()
    else if (this.#timer === undefined && !this.#isArming) {
      this.#isArming = true
      outside.run(() => this.#armFirst())
    }
  }

  remove(deadline: Deadline): void {
    const { before, after } = deadline
    const { keepsTimers, queues } = this.#world
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    deadline.before = undefined
    deadline.after = undefined
    if (deadline.keepsAlive && --this.#holding === 0) this.#world.release(this.#timer)
    if (this.#first === undefined && (!keepsTimers || queues.size > mostIdle)) this.#end()
  }

  #armFirst(): void {
    this.#isArming = false
    if (this.#timer === undefined) this.#arm()
  }

  #arm(): void {
    this.#world.clear(this.#timer)
    const now = this.#world.now()
    this.#armedFor = this.#first?.endsAt ?? now + this.ms
    this.#timer = this.#world.set(() => this.#expire(), this.#armedFor - now)
    if (this.#holding === 0) this.#world.release(this.#timer)
  }

  #expire(): void {
    this.#timer = undefined
    const now = Math.max(this.#world.now(), this.#armedFor)
    try {
      for (let first = this.#first; first !== undefined && first.endsAt <= now; first = this.#first) {
        this.remove(first)
        first.expire()
      }
    } finally {
      if (this.#first === undefined) this.#end()
      else this.#arm()
    }
  }

  /** An unused queue is forgotten. */
  #end(): void {
    this.#world.clear(this.#timer)
    this.#timer = undefined
    if (this.#world.queues.get(this.ms) === this) this.#world.queues.delete(this.ms)
  }
}

/** The timers of one time: fake timers replace those of the platform, and are replaced in turn. */
class World {
  readonly setTimeout: typeof globalThis.setTimeout = globalThis.setTimeout
  readonly clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout
  readonly performance: typeof globalThis.performance = globalThis.performance
  readonly queues: Map<number, Deadlines> = new Map()
  /** Only a real timer of Node.js is left armed; the others may be cleared by a test, or can't be unreferenced. */
  readonly keepsTimers: boolean = isNode() && !('clock' in this.setTimeout) && this.setTimeout === first.setTimeout
  /** Fake timers can share one only if the clock moves with them; otherwise each call has its own. */
  readonly isShared: boolean = this.keepsTimers || (isNode() && this.performance.now !== first.now)
  /** Of the platform where the timers are, for tests may freeze it. */
  readonly #now = this.keepsTimers ? first.now : this.performance.now

  now(): number {
    return this.#now.call(this.performance)
  }

  /** @param ms  may have fractions; the clock of timers has whole milliseconds. */
  set(fn: () => void, ms: number): Timer {
    const { setTimeout } = this // as a method of another object a browser's throws
    return setTimeout(fn, Math.min(longestTimer, Math.ceil(ms)))
  }

  clear(timer: Timer): void {
    const { clearTimeout } = this
    clearTimeout(timer)
  }

  hold(timer: Timer): void {
    ;(timer as { ref?(): void } | undefined)?.ref?.()
  }

  release(timer: Timer): void {
    ;(timer as { unref?(): void } | undefined)?.unref?.()
  }
}

/** Node.js and Bun. Elsewhere a timer may belong to a request, as on workerd, so each call has its own. */
function isNode(): boolean {
  const { process, navigator } = globalThis as {
    process?: { versions?: { node?: string } }
    navigator?: { userAgent?: string }
  }
  return process?.versions?.node !== undefined && /^(Node|Bun|$)/.test(navigator?.userAgent ?? '')
}

/** What there was when the package was loaded. */
const first = /* @__PURE__ */ readGlobals()

function readGlobals(): { readonly setTimeout: unknown; readonly now: () => number } {
  return { setTimeout: globalThis.setTimeout, now: globalThis.performance.now }
}

let world: World | undefined

/** The queue of a limit in milliseconds, at this moment. */
export function deadlinesOf(ms: number): Deadlines {
  if (world?.setTimeout !== globalThis.setTimeout) world = new World()
  const { queues } = world
  const queue = queues.get(ms)
  if (queue !== undefined) return queue
  const created = new Deadlines(ms, world)
  if (world.isShared) queues.set(ms, created)
  return created
}

/**
 * Runs functions soon, in the asynchronous context in which the package was loaded: a timer keeps the context in which it is
 * created, and no caller's may reach the others.
 */
class Outside {
  #waiting: (() => void)[] = []
  #wake = () => {}

  constructor() {
    this.#listen()
  }

  run(fn: () => void): void {
    this.#waiting.push(fn)
    this.#wake()
  }

  #listen(): void {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    void woken.then(() => {
      const fns = this.#waiting
      this.#waiting = []
      this.#listen()
      for (const fn of fns) fn()
    })
  }
}

const outside: Outside = /* @__PURE__ */ new Outside()
