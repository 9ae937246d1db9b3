import { checkNumber, format, isSafe, milliseconds, ownOptions } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

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

const maxNoteLength = 200

/** Reads an action from the body of its request. @throws TypeError or RangeError naming the field. */
export function parseAction(action: ActionName, breaker: string, who: string, body: unknown): AdminAction {
  const forcing = action === 'force-open' || action === 'force-closed'
  const fields = ownOptions('the body', body as { note?: unknown; for?: unknown }, forcing ? ['note', 'for'] : ['note'])
  const { note = null, for: duration = null } = fields
  if ((note !== null || forcing) && !isNote(note)) {
    throw new TypeError(`note must be 1 to ${maxNoteLength} characters on one line, got ${format(note)}`)
  }
  return {
    action,
    breaker,
    who,
    note: note as string | null,
    for: duration === null ? null : checkNumber('for', duration, milliseconds),
  }
}

function isNote(note: unknown): boolean {
  return typeof note === 'string' && note.trim() !== '' && note.length <= maxNoteLength && isSafe(note)
}

/** Applies the action. The operator is added to the note of the transition and of the override. */
export function perform(breaker: CircuitBreaker, { action, note: words, who, for: duration }: AdminAction): void {
  const note = words === null ? `by ${who}` : `${words} (by ${who})`
  if (action === 'resume') return breaker.resume(note)
  if (action === 'reset') return breaker.reset(note)
  if (action === 'force-open') breaker.forceOpen(note, { for: duration ?? undefined })
  else breaker.forceClosed(note, { for: duration ?? undefined })
}
