import { checkNumber, checkObject, format, milliseconds } from '@cb/checks'
import type { CircuitBreaker, ForceOptions } from '@cb/core'
import { isPrintable } from './printable.ts'

/** What a person may do to a breaker. */
export type ActionName = 'force-open' | 'force-closed' | 'resume' | 'reset'

/** What was done, and by whom: for an audit log. */
export interface AdminAction {
  readonly action: ActionName
  /** The breaker's name. */
  readonly breaker: string
  /** As `authorize` told. */
  readonly who: string
  /** In the person's words; null if none were given, which forcing does not allow. */
  readonly reason: string | null
  /** Milliseconds until an override ends by itself; null if it does not. */
  readonly for: number | null
}

const longestReason = 200

/** Reads an action from the body of its request. @throws TypeError or RangeError that says what is wrong. */
export function parseAction(action: ActionName, breaker: string, who: string, body: unknown): AdminAction {
  const forcing = action === 'force-open' || action === 'force-closed'
  const given = checkObject(
    'The body',
    body as { reason?: unknown; for?: unknown },
    forcing ? ['reason', 'for'] : ['reason'],
  )
  const { reason = null, for: duration = null } = given
  if ((reason !== null || forcing) && !isReason(reason)) {
    throw new TypeError(`reason must be 1 to ${longestReason} characters on one line, got ${format(reason)}`)
  }
  return {
    action,
    breaker,
    who,
    reason: reason as string | null,
    for: duration === null ? null : checkNumber('for', duration, milliseconds),
  }
}

function isReason(reason: unknown): boolean {
  return typeof reason === 'string' && reason.trim() !== '' && reason.length <= longestReason && isPrintable(reason)
}

/** Does it; the note of its transition, and an override's reason, tell who it was. */
export function perform(breaker: CircuitBreaker, { action, reason, who, for: duration }: AdminAction): void {
  const note = reason === null ? `by ${who}` : `${reason} (by ${who})`
  if (action === 'resume') return breaker.resume(note)
  if (action === 'reset') return breaker.reset(note)
  const options: ForceOptions = duration === null ? {} : { for: duration }
  if (action === 'force-open') breaker.forceOpen(note, options)
  else breaker.forceClosed(note, options)
}
