import { checkNumber, milliseconds, ownOptions } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { checkNote } from '@cb/operator-http'

/** An action of an operator on a breaker. */
export type ActionName = 'force-open' | 'force-closed' | 'resume' | 'reset'

/** One action, for an audit log. */
export interface AdminAction {
  readonly action: ActionName
  /** The breaker's name. */
  readonly breaker: string
  /** The operator that `authorize` returned. */
  readonly who: string
  /** The operator's own words; null if there are none. Forcing needs a note. */
  readonly note: string | null
  /** Milliseconds until the override expires; null if it does not expire. */
  readonly for: number | null
}

/** Reads an action from the body of its request. @throws TypeError or RangeError naming the field. */
export function parseAction(action: ActionName, breaker: string, who: string, body: unknown): AdminAction {
  const forcing = action === 'force-open' || action === 'force-closed'
  const fields = ownOptions('the body', body as { note?: unknown; for?: unknown }, forcing ? ['note', 'for'] : ['note'])
  const { note = null, for: duration = null } = fields
  return {
    action,
    breaker,
    who,
    note: note === null && !forcing ? null : checkNote(note),
    for: duration === null ? null : checkNumber('for', duration, milliseconds),
  }
}

/** Applies the action. The operator is added to the note of the transition and of the override. */
export function perform(breaker: CircuitBreaker, { action, note: words, who, for: duration }: AdminAction): void {
  const note = words === null ? `by ${who}` : `${words} (by ${who})`
  if (action === 'resume') return breaker.resume(note)
  if (action === 'reset') return breaker.reset(note)
  if (action === 'force-open') breaker.forceOpen(note, { for: duration ?? undefined })
  else breaker.forceClosed(note, { for: duration ?? undefined })
}
