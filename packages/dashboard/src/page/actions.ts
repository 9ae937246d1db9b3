import { type ActionName, type FleetRow, fleetActions, type Scope } from '../wire.ts'
import type { Facts } from './breaker.ts'

/** What an operator can do. */
export interface Action {
  readonly name: ActionName
  readonly label: string
  /** What it will do, for the confirmation. */
  readonly effect: string
}

export const actions: readonly Action[] = [
  {
    name: 'force-open',
    label: 'Force open',
    effect: 'Every call is rejected until an operator resumes or resets it, or the time is over.',
  },
  {
    name: 'force-closed',
    label: 'Force closed',
    effect: 'Every call is admitted, however many fail, until an operator resumes or resets it, or the time is over.',
  },
  {
    name: 'resume',
    label: 'Resume',
    effect: 'The override ends. The breaker goes on from the state it was in before.',
  },
  {
    name: 'probe-now',
    label: 'Probe now',
    effect: 'The open state ends. The next calls are probes, which decide whether it closes.',
  },
  {
    name: 'reset',
    label: 'Reset',
    effect: 'It closes with an empty memory, and an override ends.',
  },
]

/**
 * Where an action is possible now, the likely one first.
 * @param facts  undefined if this process has no such breaker.
 * @param inFleet  whether there is a fleet.
 */
export function scopesOf(
  { name }: Action,
  facts: Facts | undefined,
  inFleet: boolean,
  row: FleetRow | undefined,
): Scope[] {
  const isForced = row !== undefined && row.override !== null
  const scopes: Scope[] = []
  if (facts !== undefined && isPossible(name, facts)) scopes.push('process')
  if (inFleet && fleetActions.includes(name) && (name !== 'resume' || isForced)) scopes.push('fleet')
  return name === 'resume' ? scopes.reverse() : scopes
}

function isPossible(name: ActionName, { state, override }: Facts): boolean {
  if (name === 'resume') return override !== null
  return name !== 'probe-now' || state === 1
}
