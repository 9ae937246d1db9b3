import { sanitize } from '@cb/checks'
import type { OutcomeEvent, OverrideEvent, StateName, Transition } from '@cb/core'
import type { Attributes } from '@opentelemetry/api'
import { withoutCredentials } from './credentials.ts'
import type { ErrorTypes } from './error-types.ts'
import { attribute } from './names.ts'

/** The outcome of a call in metrics and spans. */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'ignored' | 'rejected' | 'late'

export const callOutcomes: readonly CallOutcome[] = ['success', 'failure', 'timeout', 'ignored', 'rejected', 'late']
export const states: readonly StateName[] = ['closed', 'open', 'half-open']

/** The transitions that there are. */
export const changes: readonly Pick<Transition, 'from' | 'to'>[] = states.flatMap((from) =>
  states.filter((to) => to !== from).map((to) => ({ from, to })),
)

/** What a state may be overridden by. */
export type OverrideKind = 'open' | 'closed'
export const overrideKinds: readonly OverrideKind[] = ['open', 'closed']

const maxReasonLength = 64
const maxNoteLength = 256
const maxInstanceLength = 256

export function outcomeOf({ outcome, late, timedOut }: OutcomeEvent): CallOutcome {
  if (late) return 'late'
  return timedOut ? 'timeout' : outcome
}

export function snake(kebab: string): string {
  return kebab.replaceAll('-', '_')
}

/** A copy with its own properties only: a polluted `Object.prototype` must add nothing to an event. */
export function ownOf<T extends object>(event: T): T {
  return Object.assign(Object.create(null), event)
}

/** For log events only: what an operator wrote may have any value, so nothing else has it. */
export function noteOf({ note }: { readonly note?: string }): Attributes {
  return note === undefined ? {} : { [attribute.note]: sanitize(withoutCredentials(note), maxNoteLength) }
}

/** For spans and log events only: in metrics it would have too many values. */
export function fleetAttributes({ by }: { readonly by?: string }): Attributes {
  return by === undefined ? {} : { [attribute.fleetInstance]: sanitize(withoutCredentials(by), maxInstanceLength) }
}

export function overrideAttributes({ override, reason }: OverrideEvent): Attributes {
  return { [attribute.overrideKind]: override ?? 'none', [attribute.reason]: snake(reason) }
}

export function transitionAttributes({ from, to, reason }: Transition): Attributes {
  return {
    [attribute.state]: snake(to),
    [attribute.previousState]: snake(from),
    [attribute.reason]: snake(sanitize(withoutCredentials(String(reason)), maxReasonLength)),
  }
}

/** Attributes of an opening, for spans and log events only: in metrics they would have too many values. */
export function openingAttributes({ to, trip, error }: Transition, errorTypes: ErrorTypes): Attributes {
  const attributes: Attributes = {}
  if (to !== 'open') return attributes
  if (trip !== undefined) {
    const { calls, failures, slowCalls, failureRate = slowCalls === undefined ? failures / calls : null } = ownOf(trip)
    // Without calls the rate is NaN, which JSON can't express: an exporter could lose the whole batch.
    if (failureRate !== null && failureRate >= 0) attributes[attribute.failureRate] = failureRate
    attributes[attribute.windowCalls] = calls
    if (slowCalls !== undefined) attributes[attribute.slowCalls] = slowCalls
  }
  if (error !== undefined) attributes[attribute.errorType] = errorTypes.of(error)
  return attributes
}
