import { checkFunction, checkThat } from '@cb/checks'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { OutcomeEvent, RejectionEvent, Transition } from './events.ts'
import { attempt } from './report.ts'

/** Watches every breaker of the process. All methods are optional; one that throws is reported once and harms nothing. */
export interface Observer {
  /** Called for each breaker that exists when the observer starts, and for each one made later. */
  created?(breaker: CircuitBreaker): void
  transition?(event: Transition, breaker: CircuitBreaker): void
  /** @param call  identifies the call, as `call` was told of it. */
  outcome?(event: OutcomeEvent, breaker: CircuitBreaker, call?: object): void
  rejection?(event: RejectionEvent, breaker: CircuitBreaker): void
  /**
   * Put around each admitted call that runs through `execute`, `wrap` or `permit.run`: for a tracing span, say, in whose context
   * it is to run. It has to call `run` at once; if it does not, the call is made without it.
   * @param call  identifies the call, for `outcome`.
   */
  call?(run: () => void, breaker: CircuitBreaker, call: object): void
}

/** What all copies of this package in one process share. Its shape is fixed: another version may have made it. */
interface Hub {
  /** Null while nobody observes, so that asking costs one comparison. */
  observers: readonly Observer[] | null
  breakers: WeakRef<CircuitBreaker>[]
  /** Dead references are swept when there are so many. */
  sweepAt: number
}

const key: unique symbol = Symbol.for('@cb/core/hub.v1')
const world = globalThis as { [key]?: Hub }
world[key] ??= { observers: null, breakers: [], sweepAt: 64 }

/** @internal */
export const hub: Hub = world[key]

/**
 * Watches every breaker of the process: those there are, those made later, and those of other copies of this package.
 * @returns a function that ends it.
 * @throws TypeError unless it is an object whose methods are functions.
 */
export function observe(observer: Observer): () => void {
  checkThat(typeof observer === 'object' && observer !== null, 'observer', 'an object', observer)
  for (const method of ['created', 'transition', 'outcome', 'rejection', 'call'] as const) {
    if (observer[method] !== undefined) checkFunction(`observer.${method}`, observer[method])
  }
  // An object of its own, so that an observer given twice is ended once by each of the two functions.
  const entry: Observer = {
    created: (breaker) => observer.created?.(breaker),
    transition: (event, breaker) => observer.transition?.(event, breaker),
    rejection: (event, breaker) => observer.rejection?.(event, breaker),
    // Only if there is one: to follow each call has its cost.
    ...(observer.outcome && { outcome: (event, breaker, call) => observer.outcome?.(event, breaker, call) }),
    ...(observer.call && {
      call: (run, breaker, call) => {
        const runOnce = once(run)
        attempt(entry, breaker, 'an observer', () => observer.call?.(runOnce, breaker, call))
        runOnce()
      },
    }),
  }
  hub.observers = [...(hub.observers ?? []), entry]
  for (const breaker of liveBreakers()) announceTo(entry, breaker)
  return () => {
    const others = (hub.observers ?? []).filter((other) => other !== entry)
    hub.observers = others.length === 0 ? null : others
  }
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}

/** The present list, if nobody in it follows calls: what is asked most is answered by one comparison. */
let quiet: Hub['observers'] | undefined = null
/** The present list, if somebody does. */
let loud: Hub['observers'] | undefined

/** @internal Whether an observer follows each call. */
export function callsAreObserved(): boolean {
  return hub.observers !== quiet && look(hub.observers)
}

/** Lists are replaced when they change, so what follows from one is kept until then. */
function look(present: Hub['observers']): boolean {
  if (present === loud) return true
  const followed = present?.some(({ outcome, call }) => outcome ?? call) === true
  quiet = followed ? undefined : present
  loud = followed ? present : undefined
  return followed
}

/** @internal Runs a call inside what the observers put around it; `observe` sees to it that each runs it exactly once. */
export function runObserved<T>(fn: () => T, breaker: CircuitBreaker, call: object): T {
  const { observers } = hub
  if (!observers?.some((observer) => observer.call)) return fn()
  let answer = fn
  const run = () => {
    try {
      const value = fn()
      answer = () => value
    } catch (error) {
      answer = () => {
        throw error
      }
    }
  }
  const around = (inner: () => void, observer: Observer) =>
    observer.call ? () => observer.call?.(inner, breaker, call) : inner
  observers.reduceRight(around, run)()
  return answer()
}

/** @internal Makes a new breaker known. It is held weakly: being known keeps nothing alive. */
export function makeKnown(breaker: CircuitBreaker): void {
  if (typeof WeakRef === 'function') {
    if (hub.breakers.length >= hub.sweepAt) sweep()
    hub.breakers.push(new WeakRef(breaker))
  }
  if (hub.observers !== null) for (const observer of hub.observers) announceTo(observer, breaker)
}

function announceTo(observer: Observer, breaker: CircuitBreaker): void {
  attempt(observer, breaker, 'an observer', () => observer.created?.(breaker))
}

function liveBreakers(): CircuitBreaker[] {
  return hub.breakers.map((reference) => reference.deref()).filter((breaker) => breaker !== undefined)
}

function sweep(): void {
  hub.breakers = hub.breakers.filter((reference) => reference.deref() !== undefined)
  hub.sweepAt = Math.max(64, 2 * hub.breakers.length)
}
