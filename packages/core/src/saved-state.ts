import { checkNumber, checkObject, show } from '@cb/checks'
import type { Machine } from './machine.ts'
import { Ramp } from './ramp.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'
import { HalfOpen } from './states/half-open.ts'
import { Open } from './states/open.ts'
import type { State } from './states/state.ts'

/**
 * A breaker as plain data, for a restart or the next call of a serverless function. All times are relative, so it is right on
 * any clock; the time between saving and restoring is not known to it, and does not count.
 */
export interface SavedBreaker {
  readonly format: 1
  readonly name: string
  /** How long ago the breaker came to be in its state, in milliseconds. */
  readonly age: number
  readonly state: SavedState
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly reason: string | null
    readonly expiresIn: number | null
  } | null
  readonly counts: Readonly<Record<(typeof countNames)[number], number>>
}

type SavedState =
  | {
      readonly name: 'closed'
      readonly policy: string
      readonly window: unknown
      readonly ramp: SavedRamp
    }
  | { readonly name: 'open'; readonly remaining: number; readonly attempt: number }
  | { readonly name: 'half-open'; readonly attempt: number }

type SavedRamp = { readonly age: number; readonly attempt: number } | null

const countNames = [
  'success',
  'failure',
  'ignored',
  'rejected',
  'late',
  'shadowed',
  'timeouts',
  'opens',
  'closes',
] as const

/** Probes in flight are not saved: whoever restores it starts a round of its own. */
export function save(machine: Machine): SavedBreaker {
  const state = machine.current()
  const forced = state instanceof Forced ? state : undefined
  return {
    format: 1,
    name: machine.breaker.name,
    age: machine.settings.clock.now() - machine.since,
    state: saveState(machine, forced?.under ?? state),
    override: forced ? { state: forced.name, reason: forced.reason, expiresIn: forced.expiresInMs() } : null,
    counts: Object.fromEntries(countNames.map((name) => [name, machine[name]])) as SavedBreaker['counts'],
  }
}

function saveState(machine: Machine, state: State): SavedState {
  const { trip } = machine.settings
  if (state instanceof Open) return { name: 'open', remaining: state.remaining(), attempt: state.attempt }
  if (state instanceof HalfOpen) return { name: 'half-open', attempt: state.attempt }
  const closed = state as Closed
  const ramp = closed.ramp && { age: closed.ramp.age(), attempt: closed.ramp.attempt }
  return { name: 'closed', policy: describePolicy(trip), window: closed.save() ?? null, ramp: ramp ?? null }
}

/** A window is taken over only by the very policy that saved it; after a change of its settings it starts empty. */
function describePolicy({ name, config }: { name: string; config?: object }): string {
  return JSON.stringify([name, config ?? null])
}

/** Checks it all before anything is changed. @throws TypeError or RangeError that says what is wrong with it. */
export function restore(machine: Machine, value: unknown): void {
  const saved = checkObject('saved', value as SavedBreaker, ['format', 'name', 'age', 'state', 'override', 'counts'])
  if (saved.format !== 1) throw new TypeError(`saved.format must be 1, got ${show(saved.format)}`)
  if (saved.name !== machine.breaker.name) {
    throw new TypeError(
      `saved.name must be ${show(machine.breaker.name)}, got ${show(saved.name)}: it is another breaker's`,
    )
  }
  checkMs('saved.age', saved.age)
  const counts = checkCounts(saved.counts)
  const under = restoreState(machine, saved.state)
  const state = saved.override === null ? under : restoreOverride(machine, saved.override, under)
  machine.enter(state, 'restored', undefined, { ...counts, since: machine.clock.now() - saved.age })
}

function checkCounts(value: SavedBreaker['counts']): SavedBreaker['counts'] {
  const counts = checkObject('saved.counts', value, countNames)
  for (const name of countNames) checkNumber(`saved.counts.${name}`, counts[name], { min: 0, integer: true })
  return counts
}

function restoreState(machine: Machine, value: SavedState): State {
  const known = ['name', 'remaining', 'attempt', 'policy', 'window', 'ramp']
  const saved = checkObject('saved.state', value, known)
  const { clock, trip } = machine.settings
  if (saved.name === 'open') {
    return new Open(clock, checkMs('saved.state.remaining', saved.remaining), checkAttempt(saved.attempt))
  }
  if (saved.name === 'half-open') return new HalfOpen(clock, machine, checkAttempt(saved.attempt))
  if (saved.name !== 'closed') {
    throw new TypeError(`saved.state.name must be closed, open or half-open, got ${show((saved as SavedState).name)}`)
  }
  const closed = new Closed(machine, restoreRamp(machine, saved.ramp))
  if (saved.policy === describePolicy(trip) && saved.window !== null) closed.load(saved.window)
  return closed
}

function restoreRamp({ settings }: Machine, saved: SavedRamp): Ramp | undefined {
  if (saved === null || settings.ramp === undefined) return undefined
  const { age, attempt } = checkObject('saved.state.ramp', saved, ['age', 'attempt'])
  checkMs('saved.state.ramp.age', age)
  return new Ramp(settings.ramp, settings.clock, settings.random, checkAttempt(attempt), age)
}

function restoreOverride(machine: Machine, value: NonNullable<SavedBreaker['override']>, under: State): Forced {
  const { state, reason, expiresIn } = checkObject('saved.override', value, ['state', 'reason', 'expiresIn'])
  if (state !== 'open' && state !== 'closed')
    throw new TypeError(`saved.override.state must be open or closed, got ${show(state)}`)
  if (reason !== null && typeof reason !== 'string')
    throw new TypeError('saved.override.reason must be a string or null')
  const duration = expiresIn === null ? Number.POSITIVE_INFINITY : checkMs('saved.override.expiresIn', expiresIn)
  return new Forced(state, machine.settings.clock, reason, duration, under)
}

/** A year: what was saved by a clock gone wild is not to be believed. */
function checkMs(option: string, value: number): number {
  return checkNumber(option, value, { min: 0, max: 31_536_000_000, unit: ' of milliseconds' })
}

function checkAttempt(value: number): number {
  return checkNumber('saved attempt', value, { min: 0, integer: true })
}
