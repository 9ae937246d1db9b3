import type { Machine } from '../machine.ts'
import { Ramp } from '../ramp.ts'
import { Closed } from './closed.ts'
import { HalfOpen } from './half-open.ts'
import type { State } from './state.ts'

/** Closed, with an empty window; after probes have succeeded its traffic returns gradually, if it is to. */
export function closedAfter(before: State | undefined, machine: Machine): Closed {
  const { clock, random, ramp } = machine.settings
  const gradual = ramp && before instanceof HalfOpen ? new Ramp(ramp, clock, random, before.attempt) : undefined
  return new Closed(machine, gradual)
}

/** The `attempt` of the open state that follows: a relapse goes on counting. */
export function attemptAfter(before: State): number {
  if (before instanceof HalfOpen) return 1 + before.attempt
  return before instanceof Closed ? 1 + (before.ramp?.attempt ?? 0) : 1
}
