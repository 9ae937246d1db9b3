import type { OutcomeEvent, StateName, Transition } from '@cb/core'
import type { Attributes } from '@opentelemetry/api'
import type { ErrorTypes } from './error-types.ts'
import { attribute } from './names.ts'

/** What became of a call. */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'ignored' | 'rejected' | 'late'

export const callOutcomes: readonly CallOutcome[] = ['success', 'failure', 'timeout', 'ignored', 'rejected', 'late']
export const states: readonly StateName[] = ['closed', 'open', 'half-open']

const longestName = 256
const longestReason = 64

export function boundedName(name: string): string {
  return name.length > longestName ? name.slice(0, longestName) : name
}

/** The attributes of one breaker name, built once: a call only picks one. */
export class NamedAttributes {
  readonly name: Attributes
  readonly #states = new Map<StateName, Attributes>()
  readonly #rejected = new Map<StateName, Attributes>()
  readonly #calls = new Map<CallOutcome, Attributes>()
  readonly #failures = new Map<string, Attributes>()

  constructor(name: string) {
    this.name = Object.freeze({ [attribute.name]: name })
    for (const state of states) {
      const inState = this.#with({ [attribute.state]: snake(state) })
      this.#states.set(state, inState)
      this.#rejected.set(state, Object.freeze({ ...inState, [attribute.outcome]: 'rejected' }))
    }
    for (const outcome of callOutcomes) this.#calls.set(outcome, this.#with({ [attribute.outcome]: outcome }))
  }

  state(state: StateName): Attributes {
    return this.#states.get(state) ?? this.name
  }

  /** For the span of a caller that was rejected. */
  rejected(state: StateName): Attributes {
    return this.#rejected.get(state) ?? this.name
  }

  calls(outcome: CallOutcome): Attributes {
    return this.#calls.get(outcome) ?? this.name
  }

  /** For the duration of one call: the same as in `calls`, and what kind of error a failure was. */
  settled({ outcome, late, timedOut, error }: OutcomeEvent, errorTypes: ErrorTypes): Attributes {
    if (late) return this.calls('late')
    if (outcome !== 'failure') return this.calls(outcome)
    const type = errorTypes.of(error)
    const known = this.#failures.get(type)
    if (known !== undefined) return known
    const attributes = this.#with({
      [attribute.outcome]: timedOut ? 'timeout' : 'failure',
      [attribute.errorType]: type,
    })
    this.#failures.set(type, attributes)
    return attributes
  }

  transition({ from, to, reason }: Transition): Attributes {
    return this.#with({
      [attribute.state]: snake(to),
      [attribute.previousState]: snake(from),
      [attribute.reason]: snake(String(reason).slice(0, longestReason)),
    })
  }

  #with(more: Attributes): Attributes {
    return Object.freeze({ ...this.name, ...more })
  }
}

/** What opened the breaker; too many different values for metrics. */
export function openingAttributes({ to, trip, error }: Transition, errorTypes: ErrorTypes): Attributes {
  const attributes: Attributes = {}
  if (to !== 'open') return attributes
  if (trip !== undefined) {
    const rate = trip.failureRate ?? trip.failures / trip.calls
    // Of no calls there is no rate, and NaN, which has no form in JSON, can cost the whole batch.
    if (rate >= 0) attributes[attribute.failureRate] = rate
    attributes[attribute.windowCalls] = trip.calls
  }
  if (error !== undefined) attributes[attribute.errorType] = errorTypes.of(error)
  return attributes
}

function snake(kebab: string): string {
  return kebab.replaceAll('-', '_')
}
