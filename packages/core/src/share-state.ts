import { checkFunction } from '@cb/checks'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { StateName } from './events.ts'
import { freeCircuit } from './free-circuit.ts'
import { keepText } from './kept-text.ts'
import { decideOpenDuration } from './open-duration.ts'
import { keepNote } from './options.ts'
import { Rejection } from './permit.ts'
import type { ProbeSettings } from './settings.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'
import { HalfOpen } from './states/half-open.ts'
import { Open } from './states/open.ts'
import type { Arbiter, State } from './states/state.ts'

/** Longer names of instances and operators are cut. */
const longestBy = 200

/** The right of one call to be a probe of the fleet. */
export interface ProbeLease {
  /**
   * The probe has settled, in time: a late one is not reported. A success that was too slow is a `failure`. The breaker itself does
   * not count it: the fleet decides.
   */
  settle(outcome: 'success' | 'failure' | 'ignored', error: unknown): void
}

/** Hands out the probes of a breaker while it is half-open. */
export interface ProbeLeases {
  /**
   * A call asks to be a probe. Synchronous, must not throw.
   * @returns its lease; whole milliseconds until asking again may succeed; or undefined: the breaker decides by itself.
   */
  take(): ProbeLease | number | undefined
  /** What `execute` and `wrap` wait for before they ask; undefined for nothing. Must be short, and must not reject. */
  ready(): Promise<void> | undefined
  /** Whether the fleet can be reached, for snapshots. */
  readonly isConnected: boolean
}

/** What a fleet has decided. */
export interface SharedDecision {
  /** Undefined: the state stays as it is, only the override changes. */
  readonly state?: StateName | undefined
  /** Milliseconds that an open state still lasts. */
  readonly remaining: number
  /** How many times the fleet has opened without closing in between. */
  readonly attempt: number
  /** For the transition. */
  readonly reason: string
  /** An operator's note, or why the instance tripped; at most 1 000 characters are kept. Empty for none. */
  readonly note: string
  /** The instance or the operator that decided; at most 200 characters are kept. Empty if nobody did. */
  readonly by: string
  /** An operator's override of all breakers of the fleet; `remaining` is Infinity if it has no end. */
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly remaining: number
  } | null
}

/** A breaker, as the fleet sees it. */
export interface SharedBreaker {
  /** The numbers of the `halfOpen` options, as they are now. */
  readonly halfOpen: Pick<ProbeSettings, 'maxConcurrent' | 'successesNeeded' | 'failuresTolerated' | 'probeTimeout'>
  /** Asks the `openDuration` policy: milliseconds. @param error  the failure that opens it. */
  openDuration(attempt: number, error: unknown): number
  /**
   * Takes over what the fleet has decided; transitions have the `cause` `fleet`. While an operator of this process has overridden
   * the breaker, the decision waits until that ends.
   */
  adopt(decision: SharedDecision): void
  /** Ends it: the breaker decides by itself again, and an override of the fleet is over. */
  stop(): void
}

/**
 * Lets a fleet decide about a breaker, for packages that share breakers between processes, such as `@cb/redis`. The breaker still
 * trips by itself. While half-open, each call needs a lease of the fleet, and the fleet decides by the outcomes.
 * @throws TypeError naming the argument; an Error if the breaker has a background probe or a fleet already.
 */
export function shareState(breaker: CircuitBreaker, leases: ProbeLeases): SharedBreaker {
  const circuit = freeCircuit(breaker)
  checkFunction('leases.take', leases.take)
  checkFunction('leases.ready', leases.ready)
  let taken: Arbiter | undefined
  /** Entered for the fleet. */
  let override: Forced | undefined
  circuit.probeAdmission = {
    reject() {
      const answer = leases.take()
      taken = typeof answer === 'object' ? answer : undefined
      return typeof answer === 'number' ? new Rejection('half-open', Math.max(1, answer)) : undefined
    },
    issue: () => taken,
    ready: () => leases.ready(),
    fleet: () => (leases.isConnected ? 'connected' : 'away'),
  }

  /** Undefined if the breaker is in that state already, and need not enter it anew. */
  function toState({ state, remaining, attempt }: SharedDecision, current: State): State | undefined {
    if (state === undefined || (state === 'closed' && current.name === 'closed')) return undefined
    const { openedBy } = current
    if (state === 'open') return new Open(circuit.settings.clock, remaining, attempt, openedBy)
    return state === 'closed' ? new Closed(circuit, attempt) : new HalfOpen(circuit, attempt, openedBy)
  }

  return {
    get halfOpen() {
      return circuit.settings.halfOpen
    },
    openDuration(attempt, error) {
      const { openDuration: policy, random } = circuit.settings
      return decideOpenDuration(policy, circuit.name, { attempt, error, random, trip: undefined })
    },
    adopt(decision) {
      const { reason, attempt, remaining: openDuration } = decision
      const note = keepNote(decision.note)
      const by = keepText(decision.by, longestBy)
      const why = { reason, ...(note && { note }), ...(by && { by }) }
      const current = circuit.current()
      const suspended = current instanceof Forced ? current.suspended : current
      const state = toState(decision, suspended)
      const forced = current instanceof Forced ? current : undefined
      if (forced !== undefined && state !== undefined) forced.suspended = state
      if (decision.override !== null) {
        const { state: to, remaining } = decision.override
        override = new Forced(to, circuit.settings.clock, note || null, remaining, state ?? suspended)
        circuit.adopt(override, why)
      } else if (forced !== undefined && forced === override) circuit.adopt(state ?? suspended, why)
      else if (forced === undefined && state !== undefined)
        circuit.adopt(state, { ...why, attempt, ...(state.name === 'open' && { openDuration }) })
    },
    stop() {
      circuit.probeAdmission = undefined
      if (circuit.state === override) circuit.adopt(override.suspended, { reason: 'resumed' })
    },
  }
}
