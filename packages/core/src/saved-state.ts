import {
  assertOption,
  checkBoolean,
  checkNumber,
  checkObject,
  checkOptions,
  format,
  type NumberRange,
  nonNegativeInteger,
} from '@cb/checks'
import type { Circuit } from './circuit.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import type { OpenTrip } from './events.ts'
import { keepText } from './kept-text.ts'
import { withLastFailure } from './last-failure.ts'
import { keepNote } from './options.ts'
import { loadMemory, type Memory, saveMemory } from './saved-memory.ts'
import { askPolicy } from './states/ask-policy.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'
import { HalfOpen } from './states/half-open.ts'
import { Open } from './states/open.ts'
import type { State } from './states/state.ts'
import { copyTrip } from './trip/trip-policy.ts'

/**
 * A breaker as plain data, for a restart or the next call of a serverless function. Durations are milliseconds and relative to
 * `savedAt`, so they are right on any monotonic clock.
 */
export interface SavedState {
  readonly format: 1
  readonly name: string
  /** When it was saved, by the wall clock (`Date.now()`). */
  readonly savedAt: number
  /** How long the state had lasted. */
  readonly age: number
  readonly state: SavedPeriod
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly note: string | null
    readonly age: number
    readonly expiresIn: number | null
  } | null
  readonly counts: Readonly<Record<CountName, number>>
}

/** The state that was saved, with what it has to remember. */
export type SavedPeriod =
  | {
      readonly name: 'closed'
      readonly trip: SavedPolicy
      /** Of the outage before, while traffic returns gradually. */
      readonly attempt: number
      readonly recovery: SavedPolicy | null
      readonly admission: SavedPolicy | null
    }
  | { readonly name: 'open'; readonly attempt: number; readonly openedBy: OpenTrip | null; readonly remaining: number }
  | { readonly name: 'half-open'; readonly attempt: number; readonly openedBy: OpenTrip | null; readonly age: number }

/** What a policy remembers. A policy with another name or other options starts with an empty memory instead. */
export interface SavedPolicy {
  readonly policy: string
  readonly memory: unknown
}

/** A total of a breaker, as it is saved. */
export type CountName =
  | 'success'
  | 'failure'
  | 'ignored'
  | 'rejected'
  | 'late'
  | 'shadowed'
  | 'timeouts'
  | 'fallbacks'
  | 'opens'
  | 'closes'

const counts: Readonly<Record<CountName, NumberRange>> = {
  success: nonNegativeInteger,
  failure: nonNegativeInteger,
  ignored: nonNegativeInteger,
  rejected: nonNegativeInteger,
  late: nonNegativeInteger,
  shadowed: nonNegativeInteger,
  timeouts: nonNegativeInteger,
  fallbacks: nonNegativeInteger,
  opens: nonNegativeInteger,
  closes: nonNegativeInteger,
}

/** A policy of any kind, as far as its memory goes. */
interface Policy {
  readonly name: string
  readonly config?: object
}
interface StartedPolicy {
  readonly policy: Policy
  readonly monitor: Memory
}

/**
 * What a breaker needs to go on elsewhere, as plain JSON. Probes in flight are not part of it: the restored breaker starts a round
 * of its own.
 * @throws TypeError unless it is a breaker of this copy of the package.
 */
export function saveState(breaker: CircuitBreaker): SavedState {
  const circuit = circuitOf(breaker)
  const state = circuit.current()
  const { name, counts: totals, settings, since } = circuit
  const forced = state instanceof Forced ? state : undefined
  return {
    format: 1,
    name,
    savedAt: Date.now(),
    age: settings.clock.now() - since,
    state: savePeriod(circuit, forced?.suspended ?? state),
    override: forced ? saveOverride(forced, settings.clock.now()) : null,
    counts: Object.fromEntries(
      Object.keys(counts).map((count) => [count, totals[count as CountName] ?? 0]),
    ) as SavedState['counts'],
  }
}

function saveOverride(forced: Forced, now: number): SavedState['override'] {
  const { name: state, note, since } = forced
  const remaining = forced.remaining()
  return { state, note, age: now - since, expiresIn: remaining === Infinity ? null : Math.max(0, remaining) }
}

function savePeriod(circuit: Circuit, state: State): SavedPeriod {
  if (state instanceof Open) {
    const { name, attempt, openedBy = null } = state
    return { name, attempt, openedBy, remaining: Math.max(0, state.remaining()) }
  }
  if (state instanceof HalfOpen) {
    const { name, attempt, openedBy = null, age } = state
    return { name, attempt, openedBy, age }
  }
  const closed = state as Closed
  const { trip } = circuit.settings
  const { trip: monitor, admission: gates, attempt } = closed
  return {
    name: 'closed',
    trip: savePolicy(circuit, 'trip', { policy: trip, monitor }) as SavedPolicy,
    attempt,
    recovery: savePolicy(circuit, 'admission', gates?.recovery),
    admission: savePolicy(circuit, 'admission', gates?.admission),
  }
}

function savePolicy(circuit: Circuit, kind: string, started: StartedPolicy | undefined): SavedPolicy | null {
  if (started === undefined) return null
  const { policy, monitor } = started
  const memory = askPolicy(circuit, policy, kind, () => saveMemory(monitor))
  return { policy: describePolicy(policy), memory: memory ?? null }
}

function describePolicy({ name, config }: Policy): string {
  return JSON.stringify([name, config])
}

/** Options of `restoreState`. */
export interface RestoreOptions {
  /** True: the breaker starts fresh if `saved` is corrupt or another breaker's. Default false: that is an error. */
  orFresh?: boolean | undefined
}

/**
 * Goes on from where a breaker of the same name was saved. The time in between counts, by the wall clock: an open duration goes on,
 * windows forget, an override ends. Calls in flight here are late.
 * @param saved  what `saveState` gave.
 * @returns whether it was restored.
 * @throws TypeError or RangeError that says what is wrong; nothing is changed then.
 */
export function restoreState(breaker: CircuitBreaker, saved: unknown, options: RestoreOptions = {}): boolean {
  const circuit = circuitOf(breaker)
  const { orFresh = false } = checkObject('restoreState options', options, ['orFresh'])
  checkBoolean('orFresh', orFresh)
  try {
    restore(circuit, saved)
    return true
  } catch (problem) {
    if (!orFresh) throw problem
    circuit.reset()
    return false
  }
}

function circuitOf(breaker: CircuitBreaker): Circuit {
  assertOption(breaker instanceof CircuitBreaker, 'breaker', 'a CircuitBreaker', breaker)
  return CircuitBreaker.circuitOf(breaker)
}

/** What is left of the longest duration there is may be rounded up. */
const duration: NumberRange = { min: 0, max: 1e17, unit: ' of milliseconds', needed: true }

/** Checks all of it before anything is changed. */
function restore(circuit: Circuit, value: unknown): void {
  const ranges = {
    format: null,
    name: null,
    savedAt: { needed: true },
    age: duration,
    state: null,
    override: null,
    counts: null,
  }
  const saved = checkOptions('saved', value as SavedState, ranges, '.')
  const { format: version, name, savedAt, age, state, override } = saved
  assertOption(version === 1, 'saved.format', '1', version)
  assertOption(name === circuit.name, 'saved.name', `that of this breaker, ${format(circuit.name)}`, name)
  const known = checkOptions('saved.counts', saved.counts, counts, '.')
  const elapsed = elapsedSince(savedAt)
  const now = circuit.settings.clock.now()
  const period = restorePeriod(circuit, state, elapsed)
  const next = override === null ? period : restoreOverride(circuit, override, period, elapsed)
  circuit.enter(next, 'restored', undefined, { counts: known, since: now - age - elapsed })
}

/** Ten years, in milliseconds. A wall clock that says more has jumped. */
const longestElapsed = 315_360_000_000

/** A wall clock that was set back since says nothing about the time that has passed. */
function elapsedSince(savedAt: number): number {
  return Math.min(longestElapsed, Math.max(0, Date.now() - savedAt))
}

function restorePeriod(circuit: Circuit, value: SavedPeriod, elapsed: number): State {
  const known = ['name', 'attempt', 'openedBy', 'remaining', 'age', 'trip', 'recovery', 'admission']
  const saved = checkObject('saved.state', value, known)
  const { name } = saved
  const isKnown = name === 'closed' || name === 'open' || name === 'half-open'
  assertOption(isKnown, 'saved.state.name', 'closed, open or half-open', name)
  const attempt = checkNumber('saved.state.attempt', saved.attempt, nonNegativeInteger)
  if (name === 'closed') return restoreClosed(circuit, saved, elapsed)
  const openedBy = restoreTrip(saved.openedBy)
  if (name === 'half-open')
    return new HalfOpen(circuit, attempt, openedBy, checkNumber('saved.state.age', saved.age, duration) + elapsed)
  const remaining = checkNumber('saved.state.remaining', saved.remaining, duration)
  return new Open(circuit.settings.clock, remaining - elapsed, attempt, openedBy)
}

function restoreTrip(value: OpenTrip | null | undefined): OpenTrip | undefined {
  if (value === null || value === undefined) return undefined
  const option = 'saved.state.openedBy'
  assertOption(typeof value === 'object' && typeof value.policy === 'string', option, 'a trip or null', value)
  const trip = copyTrip(keepText(value.policy, longestText), value)
  if (value.lastFailure === null) return withLastFailure(trip, null)
  const { name, code } = checkObject(`${option}.lastFailure`, value.lastFailure, ['name', 'code'])
  const isText = (text: unknown) => text === null || typeof text === 'string'
  assertOption(isText(name), `${option}.lastFailure.name`, 'a string or null', name)
  assertOption(
    isText(code) || typeof code === 'number',
    `${option}.lastFailure.code`,
    'a string, a number or null',
    code,
  )
  const kept = (text: string | null) => text && keepText(text, longestText)
  return withLastFailure(trip, { name: kept(name), code: typeof code === 'number' ? code : kept(code) })
}

/** Of names and codes. */
const longestText = 100

function restoreClosed(circuit: Circuit, saved: SavedPeriod & { name: 'closed' }, elapsed: number): Closed {
  const closed = new Closed(circuit, saved.recovery === null ? undefined : saved.attempt)
  const { trip: monitor, admission: gates } = closed
  restorePolicy('trip', { policy: circuit.settings.trip, monitor }, saved.trip, elapsed)
  restorePolicy('recovery', gates?.recovery, saved.recovery, elapsed)
  restorePolicy('admission', gates?.admission, saved.admission, elapsed)
  return closed
}

function restorePolicy(
  kind: string,
  started: StartedPolicy | undefined,
  value: SavedPolicy | null,
  elapsed: number,
): void {
  if (value === null && kind !== 'trip') return
  const saved = checkObject(`saved.state.${kind}`, value as SavedPolicy, ['policy', 'memory'])
  assertOption(typeof saved.policy === 'string', `saved.state.${kind}.policy`, 'a string', saved.policy)
  if (started === undefined || saved.policy !== describePolicy(started.policy)) return
  loadMemory(started.monitor, saved.memory, elapsed)
}

function restoreOverride(
  circuit: Circuit,
  value: NonNullable<SavedState['override']>,
  period: State,
  elapsed: number,
): Forced {
  const known = ['state', 'note', 'age', 'expiresIn']
  const { state, note, age, expiresIn } = checkObject('saved.override', value, known)
  assertOption(state === 'open' || state === 'closed', 'saved.override.state', 'open or closed', state)
  assertOption(note === null || typeof note === 'string', 'saved.override.note', 'a string or null', note)
  const remaining = expiresIn === null ? Infinity : checkNumber('saved.override.expiresIn', expiresIn, duration)
  const began = checkNumber('saved.override.age', age, duration) + elapsed
  return new Forced(state, circuit.settings.clock, note && keepNote(note), remaining - elapsed, period, began)
}
