import { checkNumber, checkObject, format, isSafe, milliseconds } from '@cb/checks'
import type { CircuitBreaker, ForceOptions } from '@cb/core'

/** What a person may do to a breaker. */
export type ActionName = 'force-open' | 'force-closed' | 'resume' | 'reset'

/** What was done, and by whom: for an audit log. */
export interface AdminAction {
  readonly action: ActionName
  /** The breaker's name. */
  readonly breaker: string
  /** As `authorize` told. */
  readonly who: string
  /** The operator's own words; null if there are none. Forcing needs a note. */
  readonly note: string | null
  /** Milliseconds until an override ends by itself; null if it does not. */
  readonly for: number | null
}

const longestNote = 200

/** Reads an action from the body of its request. @throws TypeError or RangeError that says what is wrong. */
export function parseAction(action: ActionName, breaker: string, who: string, body: unknown): AdminAction {
  const forcing = action === 'force-open' || action === 'force-closed'
  const given = checkObject('the body', body as { note?: unknown; for?: unknown }, forcing ? ['note', 'for'] : ['note'])
  const { note = null, for: duration = null } = given
  if ((note !== null || forcing) && !isNote(note)) {
    throw new TypeError(`note must be 1 to ${longestNote} characters on one line, got ${format(note)}`)
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
  return typeof note === 'string' && note.trim() !== '' && note.length <= longestNote && isSafe(note)
}

/** Does it. The note of the transition, which is also that of an override, names the operator. */
export function perform(breaker: CircuitBreaker, { action, note: words, who, for: duration }: AdminAction): void {
  const note = words === null ? `by ${who}` : `${words} (by ${who})`
  if (action === 'resume') return breaker.resume(note)
  if (action === 'reset') return breaker.reset(note)
  const options: ForceOptions = duration === null ? {} : { for: duration }
  if (action === 'force-open') breaker.forceOpen(note, options)
  else breaker.forceClosed(note, options)
}
