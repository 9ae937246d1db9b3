import type { OutcomeEvent, StateName } from '@cb/core'
import type { Attributes } from '@opentelemetry/api'
import {
  type CallOutcome,
  callOutcomes,
  changes,
  type OverrideKind,
  outcomeOf,
  overrideKinds,
  snake,
  states,
} from './attributes.ts'
import { type ErrorTypes, otherType } from './error-types.ts'
import { attribute } from './names.ts'

/** The number of further pairs of a name and an `error.type` that are allowed: each pair is a series. */
export interface AttributeBudget {
  left: number
  /** Called for each pair beyond it. */
  exceeded(): void
}

/** The attributes of one name in metrics, built once, so that a call only selects one. */
export class MetricAttributes {
  readonly name: Attributes
  /** One for each of `changes`. */
  readonly transitions: readonly Attributes[]
  readonly #states: Readonly<Record<StateName, Attributes>>
  readonly #calls: Readonly<Record<CallOutcome, Attributes>>
  readonly #failures: Readonly<Record<'failure' | 'timeout', Map<string, Attributes>>>
  readonly #overrides: Readonly<Record<OverrideKind, Attributes>>
  readonly #budget: AttributeBudget

  /** @param shadow  only true ones are told apart, so that the series of an ordinary breaker have no attribute for it. */
  constructor(name: string, shadow: boolean, budget: AttributeBudget) {
    this.name = Object.freeze({ [attribute.name]: name, ...(shadow && { [attribute.shadow]: true }) })
    this.#budget = budget
    this.#states = recordOf(states, (state) => this.#with({ [attribute.state]: snake(state) }))
    this.#calls = recordOf(callOutcomes, (outcome) => this.#with({ [attribute.outcome]: outcome }))
    this.#overrides = recordOf(overrideKinds, (kind) => this.#with({ [attribute.overrideKind]: kind }))
    this.transitions = changes.map(({ from, to }) =>
      this.#with({ [attribute.state]: snake(to), [attribute.previousState]: snake(from) }),
    )
    this.#failures = { failure: new Map(), timeout: new Map() }
  }

  state(state: StateName): Attributes {
    return this.#states[state]
  }

  calls(outcome: CallOutcome): Attributes {
    return this.#calls[outcome]
  }

  override(kind: OverrideKind): Attributes {
    return this.#overrides[kind]
  }

  /** For the duration of one call: the attributes of `calls`, and the `error.type` of a failure. */
  settled(event: OutcomeEvent, errorTypes: ErrorTypes): Attributes {
    const outcome = outcomeOf(event)
    if (outcome !== 'failure' && outcome !== 'timeout') return this.#calls[outcome]
    return this.#failed(outcome, errorTypes.of(event.error))
  }

  #failed(outcome: 'failure' | 'timeout', errorType: string): Attributes {
    const known = this.#failures[outcome].get(errorType)
    if (known !== undefined) return known
    if (errorType !== otherType && this.#budget.left-- <= 0) {
      this.#budget.exceeded()
      return this.#failed(outcome, otherType)
    }
    const attributes = this.#with({ [attribute.outcome]: outcome, [attribute.errorType]: errorType })
    this.#failures[outcome].set(errorType, attributes)
    return attributes
  }

  #with(others: Attributes): Attributes {
    return Object.freeze({ ...this.name, ...others })
  }
}

function recordOf<Key extends string>(keys: readonly Key[], make: (key: Key) => Attributes): Record<Key, Attributes> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Attributes>
}
