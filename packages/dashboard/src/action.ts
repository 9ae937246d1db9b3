import { checkNumber, format, milliseconds, ownOptions } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { checkNote } from '@cb/operator-http'
import { type ActionName, actions } from './wire.ts'

/** An action of an operator, as the page sends it. */
export interface Action {
  readonly action: ActionName
  /** The breaker's name. */
  readonly breaker: string
  /** Why, in the operator's words. */
  readonly note: string
  /** Milliseconds until an override expires; undefined if it does not. */
  readonly for: number | undefined
}

/** Reads the body of a request. @throws TypeError or RangeError naming the field. */
export function parseAction(body: unknown): Action {
  const fields = ownOptions('the body', body as Record<string, unknown>, ['action', 'breaker', 'note', 'for'])
  const { action, breaker, note: words, for: duration } = fields
  if (!isAction(action)) throw new TypeError(`action must be one of ${actions.join(', ')}, got ${format(action)}`)
  if (typeof breaker !== 'string') throw new TypeError(`breaker must be a string, got ${format(breaker)}`)
  const note = checkNote(words)
  const isForced = action === 'force-open' || action === 'force-closed'
  if (duration === undefined || duration === null) return { action, breaker, note, for: undefined }
  if (!isForced) throw new TypeError(`for has no meaning for ${action}`)
  return { action, breaker, note, for: checkNumber('for', duration, milliseconds) }
}

function isAction(action: unknown): action is ActionName {
  return actions.includes(action as ActionName)
}

/** The operator is added to the note of the transition and of the override. */
export function perform(breaker: CircuitBreaker, { action, note: words, for: duration }: Action, who: string): void {
  const note = `${words} (by ${who})`
  if (action === 'resume') breaker.resume(note)
  else if (action === 'reset') breaker.reset(note)
  else if (action === 'probe-now') breaker.probeNow(note)
  else if (action === 'force-open') breaker.forceOpen(note, { for: duration })
  else breaker.forceClosed(note, { for: duration })
}
