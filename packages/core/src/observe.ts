import { assertOption, checkFunction } from '@cb/checks'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { FallbackEvent, OutcomeEvent, OverrideEvent, RejectionEvent, Transition } from './events.ts'
import { announceCreated, type HubObserver, hub, liveBreakers } from './hub.ts'
import { callSafely } from './misuse.ts'

/** Watches every breaker of the process. All methods are optional; one that throws is logged once and harms nothing. */
export interface Observer {
  /** Called for each breaker that exists when the observer starts, and for each one created later. */
  created?(breaker: CircuitBreaker): void
  transition?(event: Transition, breaker: CircuitBreaker): void
  /** @param call  identifies the call; `call` gets the same object. */
  outcome?(event: OutcomeEvent, breaker: CircuitBreaker, call?: object): void
  rejection?(event: RejectionEvent, breaker: CircuitBreaker): void
  fallback?(event: FallbackEvent, breaker: CircuitBreaker): void
  override?(event: OverrideEvent, breaker: CircuitBreaker): void
  /**
   * Wraps each admitted call that runs through `execute`, `wrap` or `permit.run`: for a tracing span, say, in whose context the
   * call is to run. It has to call `run` at once; if it does not, the call is made without it.
   * @param call  identifies the call, for `outcome`.
   */
  call?(run: () => void, breaker: CircuitBreaker, call: object): void
}

/**
 * Watches every breaker of the process: existing ones, later ones, and those of other copies of this package.
 * @returns a function that ends it.
 * @throws TypeError unless it is an object whose methods are functions, or if it has properties, but none of the methods.
 */
export function observe(observer: Observer): () => void {
  assertOption(typeof observer === 'object' && observer !== null, 'observer', 'an object', observer)
  const methods = ['created', 'transition', 'outcome', 'rejection', 'fallback', 'override', 'call'] as const
  const given = methods.filter((method) => observer[method] !== undefined)
  const isMisspelt = given.length === 0 && Object.keys(observer).length > 0
  assertOption(!isMisspelt, 'observer', `an object with one of ${methods.join(', ')}`, observer)
  for (const method of given) checkFunction(`observer.${method}`, observer[method])
  const entry = toHubObserver(observer)
  hub.observers = [...(hub.observers ?? []), entry]
  for (const breaker of liveBreakers()) announceCreated(entry, breaker)
  return () => {
    const others = (hub.observers ?? []).filter((other) => other !== entry)
    hub.observers = others.length === 0 ? null : others
  }
}

/**
 * An object of its own, so that an observer given twice is ended once by each of the two functions. `outcome` and `call` only if
 * the observer has them: to follow each call has its cost.
 */
function toHubObserver(observer: Observer): HubObserver {
  // The hub knows a breaker by its name only; in this process it is a CircuitBreaker.
  const entry = {
    created: (breaker: CircuitBreaker) => observer.created?.(breaker),
    transition: (event: Transition, breaker: CircuitBreaker) => observer.transition?.(event, breaker),
    rejection: (event: RejectionEvent, breaker: CircuitBreaker) => observer.rejection?.(event, breaker),
    fallback: (event: FallbackEvent, breaker: CircuitBreaker) => observer.fallback?.(event, breaker),
    override: (event: OverrideEvent, breaker: CircuitBreaker) => observer.override?.(event, breaker),
    ...(observer.outcome && {
      outcome: (event: OutcomeEvent, breaker: CircuitBreaker, call?: object) =>
        observer.outcome?.(event, breaker, call),
    }),
    ...(observer.call && {
      call: <T>(fn: () => T, breaker: CircuitBreaker, call: object) => {
        const run = once(fn)
        callSafely(entry, breaker.name, 'an observer', () => observer.call?.(() => void run.begin(), breaker, call))
        return run.answer()
      },
    }),
  } as HubObserver
  return entry
}

/** Runs a function at most once; `answer` runs it if need be, and returns or throws what it has returned or thrown. */
function once<T>(fn: () => T): { begin(): void; answer(): T } {
  let answer: (() => T) | undefined
  const begin = () => {
    if (answer !== undefined) return
    answer = () => {
      throw new Error('a call was begun again from within itself')
    }
    try {
      const value = fn()
      answer = () => value
    } catch (error) {
      answer = () => {
        throw error
      }
    }
  }
  return {
    begin,
    answer() {
      begin()
      return (answer as () => T)()
    },
  }
}
