import { checkNumber, checkObject, checkOptions, checkThat, count, type NumberRange, show } from '@cb/checks'
import type { Machine } from './machine.ts'
import { type Ramp, startRamp } from './ramp.ts'
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
  readonly counts: Readonly<Record<CountName, number>>
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

type CountName = 'success' | 'failure' | 'ignored' | 'rejected' | 'late' | 'shadowed' | 'timeouts' | 'opens' | 'closes'

const counts: Readonly<Record<CountName, NumberRange>> = {
  success: count,
  failure: count,
  ignored: count,
  rejected: count,
  late: count,
  shadowed: count,
  timeouts: count,
  opens: count,
  closes: count,
}

/** Probes in flight are not saved: whoever restores it starts a round of its own. */
export function save(machine: Machine): SavedBreaker {
  const state = machine.current()
  const forced = state instanceof Forced ? state : undefined
  return {
    format: 1,
    name: machine.breaker.name,
    age: machine.clock.now() - machine.since,
    state: saveState(machine, forced?.under ?? state),
    override: forced ? { state: forced.name, reason: forced.reason, expiresIn: forced.expiresInMs() } : null,
    counts: Object.fromEntries(
      Object.keys(counts).map((name) => [name, machine[name as CountName]]),
    ) as SavedBreaker['counts'],
  }
}

function saveState(machine: Machine, state: State): SavedState {
  const { trip } = machine.settings
  if (state instanceof Open) return { name: 'open', remaining: state.retryAfterMs(), attempt: state.attempt }
  if (state instanceof HalfOpen) return { name: 'half-open', attempt: state.attempt }
  const closed = state as Closed
  const ramp = closed.ramp && { age: closed.ramp.age(), attempt: closed.ramp.attempt }
  return { name: 'closed', policy: describePolicy(trip), window: closed.save() ?? null, ramp: ramp ?? null }
}

/** A window is taken over only by the very policy that saved it; after a change of its settings it starts empty. */
function describePolicy({ name, config }: { name: string; config?: object }): string {
  return JSON.stringify([name, config])
}

/** A year: what was saved by a clock gone wild is not to be believed. */
const ms: NumberRange = { min: 0, max: 31_536_000_000, unit: ' of milliseconds', needed: true }

/** Checks it all before anything is changed. @throws TypeError or RangeError that says what is wrong with it. */
export function restore(machine: Machine, value: unknown): void {
  const ranges = { format: null, name: null, age: ms, state: null, override: null, counts: null }
  const saved = checkOptions('saved', value as SavedBreaker, ranges, '.')
  const { format, name, age, state, override } = saved
  checkThat(format === 1, 'saved.format', '1', format)
  const own = machine.breaker.name
  checkThat(name === own, 'saved.name', `that of this breaker, ${show(own)}`, name)
  const known = checkOptions('saved.counts', saved.counts, counts, '.')
  const under = restoreState(machine, state)
  const next = override === null ? under : restoreOverride(machine, override, under)
  machine.enter(next, 'restored', undefined, { ...known, since: machine.clock.now() - age })
}

function restoreState(machine: Machine, value: SavedState): State {
  const known = ['name', 'remaining', 'attempt', 'policy', 'window', 'ramp']
  const saved = checkObject('saved.state', value, known)
  if (saved.name === 'closed') {
    const closed = new Closed(machine, restoreRamp(machine, saved.ramp))
    if (saved.policy === describePolicy(machine.settings.trip) && saved.window !== null) closed.load(saved.window)
    return closed
  }
  const { name, attempt } = saved
  checkThat(name === 'open' || name === 'half-open', 'saved.state.name', 'closed, open or half-open', name)
  checkNumber('saved.state.attempt', attempt, count)
  if (name === 'half-open') return new HalfOpen(machine, attempt)
  return new Open(machine.clock, checkNumber('saved.state.remaining', saved.remaining, ms), attempt)
}

function restoreRamp({ settings }: Machine, saved: SavedRamp): Ramp | undefined {
  if (saved === null || settings.ramp === undefined) return undefined
  const { age, attempt } = checkOptions('saved.state.ramp', saved, { age: ms, attempt: count }, '.')
  return startRamp(settings.ramp, settings, attempt, age)
}

function restoreOverride(machine: Machine, value: NonNullable<SavedBreaker['override']>, under: State): Forced {
  const { state, reason, expiresIn } = checkObject('saved.override', value, ['state', 'reason', 'expiresIn'])
  checkThat(state === 'open' || state === 'closed', 'saved.override.state', 'open or closed', state)
  checkThat(reason === null || typeof reason === 'string', 'saved.override.reason', 'a string or null', reason)
  const duration = expiresIn === null ? Infinity : checkNumber('saved.override.expiresIn', expiresIn, ms)
  return new Forced(state, machine.clock, reason, duration, under)
}
