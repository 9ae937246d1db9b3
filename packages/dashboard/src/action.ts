import { checkNumber, format, milliseconds, ownOptions, warnOnce } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { checkNote, Problem } from '@cb/operator-http'
import type { Fleet } from './fleet.ts'
import { type ActionName, actions, fleetActions, type Scope, scopes } from './wire.ts'

/** An action of an operator, as the page sends it. */
export interface Action {
  readonly action: ActionName
  /** The breaker's name. */
  readonly breaker: string
  /** Why, in the operator's words. */
  readonly note: string
  /** Milliseconds until an override expires; undefined if it does not. */
  readonly for: number | undefined
  /** Default: this process. */
  readonly scope: Scope
}

/** Reads the body of a request. @throws TypeError or RangeError naming the field. */
export function parseAction(body: unknown): Action {
  const names = ['action', 'breaker', 'note', 'for', 'scope']
  const fields = ownOptions('the body', body as Record<string, unknown>, names)
  const { action, breaker, note: words, for: duration, scope = 'process' } = fields
  if (!isOneOf(actions, action))
    throw new TypeError(`action must be one of ${actions.join(', ')}, got ${format(action)}`)
  if (!isOneOf(scopes, scope)) throw new TypeError(`scope must be one of ${scopes.join(', ')}, got ${format(scope)}`)
  if (typeof breaker !== 'string') throw new TypeError(`breaker must be a string, got ${format(breaker)}`)
  if (scope === 'fleet' && !fleetActions.includes(action)) throw new TypeError(`a fleet has no ${action}`)
  const note = checkNote(words)
  const isForced = action === 'force-open' || action === 'force-closed'
  if (duration === undefined || duration === null) return { action, breaker, note, for: undefined, scope }
  if (!isForced) throw new TypeError(`for has no meaning for ${action}`)
  return { action, breaker, note, for: checkNumber('for', duration, milliseconds), scope }
}

function isOneOf<T>(all: readonly T[], value: unknown): value is T {
  return all.includes(value as T)
}

/** The operator is added to the note of the transition and of the override. */
export function perform(breaker: CircuitBreaker, { action, note: words, for: duration }: Action, who: string): void {
  const note = signed(words, who)
  if (action === 'resume') breaker.resume(note)
  else if (action === 'reset') breaker.reset(note)
  else if (action === 'probe-now') breaker.probeNow(note)
  else if (action === 'force-open') breaker.forceOpen(note, { for: duration })
  else breaker.forceClosed(note, { for: duration })
}

/** After it an action may still happen: the page must say that nobody knows. */
const deadline = 10_000

/** As `perform`, in all instances of a fleet. @throws Problem if the fleet does not answer. */
export async function performInFleet(
  fleet: Fleet,
  { action, breaker, note: words, for: duration }: Action,
  who: string,
): Promise<void> {
  const note = signed(words, who)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadline} ms`)), deadline)
  })
  try {
    const options = { note, for: duration }
    if (action === 'resume') await Promise.race([fleet.resume(breaker, { note }), late])
    else if (action === 'force-open') await Promise.race([fleet.forceOpen(breaker, options), late])
    else await Promise.race([fleet.forceClosed(breaker, options), late])
  } catch (error) {
    warnOnce('@cb/dashboard', fleet, 'the fleet has not done what an operator wanted', error)
    throw new Problem(503, 'The fleet does not answer. It may have happened all the same.')
  } finally {
    clearTimeout(timer)
  }
}

function signed(words: string, who: string): string {
  return `${words} (by ${who})`
}
