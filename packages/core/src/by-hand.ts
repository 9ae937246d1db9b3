import type { Machine } from './machine.ts'
import type { Settings } from './options.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'

// What a person does to a machine.

export function force(machine: Machine, to: 'open' | 'closed', note?: string, duration: number = Infinity): void {
  const under = machine.current()
  machine.enter(new Forced(to, machine.clock, note ?? null, duration, under), 'forced', note)
}

export function resume(machine: Machine, note?: string): void {
  if (!(machine.state instanceof Forced)) return
  machine.enter(machine.state.under, 'resumed', note)
  machine.current() // what was underneath may be over
}

export function reset(machine: Machine, note?: string): void {
  machine.enter(new Closed(machine), 'reset', note)
}

/** Takes effect with the next question; a changed trip policy starts with an empty window. */
export function configure(machine: Machine, settings: Settings): void {
  const { state } = machine
  const { trip } = machine.settings
  machine.settings = settings
  const closed = state instanceof Forced ? state.under : state
  if (!(closed instanceof Closed)) return
  closed.onValue = undefined // other settings may want more than a plain call
  machine.endGroup()
  if (settings.trip !== trip) closed.watchAnew()
}
