import type { FleetBreaker } from './fleet.ts'
import { fleetWhy } from './why.ts'
import { type FleetRow, states } from './wire.ts'

/** A store may hold anything that somebody has written there. */
const longestName = 1_000
const longestText = 300
const mostInstances = 50
/** A moment is the answer's arrival and a duration, so it moves by how long the answer took. */
const tolerance = 1_000

/** @returns undefined for what is no breaker. */
export function toFleetRow(breaker: FleetBreaker, now: number, before: FleetRow | undefined): FleetRow | undefined {
  const { name, override } = breaker
  const state = states.indexOf(breaker.state)
  if (name === '' || name.length > longestName || state === -1) return undefined
  const until = override && number(override.remaining) > 0 ? now + number(override.remaining) : null
  return {
    name,
    state: state as FleetRow['state'],
    retryAt: state === 1 ? keep(now + number(breaker.remaining), before?.retryAt) : null,
    why: text(breaker.reason) === '' ? null : fleetWhy(breaker).slice(0, longestText),
    members: number(breaker.members),
    votes: instances(breaker.votes),
    probes: instances(breaker.probes),
    override: override && {
      state: override.state === 'open' ? 1 : 0,
      until: keep(until, before?.override?.until),
      note: text(override.note),
      by: text(override.by),
    },
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, longestText) : ''
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0
}

function instances(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.slice(0, mostInstances).map(text) : null
}

function keep(moment: number | null, before: number | null | undefined): number | null {
  const isKnown = moment !== null && before !== null && before !== undefined
  return isKnown && Math.abs(moment - before) < tolerance ? before : moment
}
