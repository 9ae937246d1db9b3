import { computed, signal } from '@preact/signals'
import type { FleetPart, FleetRow, State } from '../wire.ts'
import { announce } from './announcements.ts'

/** Whether the fleet answers; null without a fleet. */
export const fleet = signal<Pick<FleetPart, 'isKnown' | 'awaySince'> | null>(null)
/** What the fleet has said last, by the names of breakers. */
export const fleetRows = signal<ReadonlyMap<string, FleetRow>>(new Map())

/** Live instances: each breaker counts those that share it. */
export const instances = computed(() => Math.max(0, ...Array.from(fleetRows.value.values(), ({ members }) => members)))

/** The state that calls meet: that of an override, if there is one. */
export function stateOf({ state, override }: FleetRow): State {
  return override?.state ?? state
}

/** Not in order: not closed, or overridden. */
export function isFleetInTrouble(name: string): boolean {
  const row = fleetRows.value.get(name)
  return row !== undefined && (row.state !== 0 || row.override !== null)
}

export function replaceFleet(part: FleetPart | null): void {
  fleetRows.value = new Map()
  if (part === null) fleet.value = null
  else changeFleet(part)
}

export function changeFleet({ isKnown, awaySince, rows, removed }: FleetPart): void {
  const before = fleet.peek()?.awaySince ?? null
  if (before === null && awaySince !== null) announce('The fleet is not reachable')
  if (before !== null && awaySince === null) announce('The fleet is reachable again')
  fleet.value = { isKnown, awaySince }
  if (rows.length + removed.length === 0) return
  const next = new Map(fleetRows.peek())
  for (const name of removed) next.delete(name)
  for (const row of rows) next.set(row.name, row)
  fleetRows.value = next
}

/** For another tab. */
export function fleetPart(): FleetPart | null {
  return fleet.value && { ...fleet.value, rows: [...fleetRows.value.values()], removed: [] }
}
