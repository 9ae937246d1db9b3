import { type FleetState, memoryAfter, type Operation, type Reply, type View } from './protocol.ts'

/** What an operation leads to. */
export interface Step {
  readonly state: FleetState
  readonly reply: Reply
  /** A new epoch has begun: all instances are to be told. */
  readonly isNews: boolean
}

const unknown: FleetState = {
  epoch: 0,
  state: 'closed',
  attempt: 0,
  openFor: 0,
  until: 0,
  reason: '',
  note: '',
  by: '',
  votes: {},
  leases: {},
  members: {},
  successes: 0,
  failures: 0,
  countedFrom: 0,
  counted: 0,
  countedFailures: 0,
  override: null,
}

/**
 * The protocol of a fleet: what one operation does to the shared state of one breaker. A pure function: a store only has to run it
 * atomically. `step.lua` is the same for Redis.
 * @param before  null if the store knows nothing of the breaker, or has forgotten it.
 * @param now  whole milliseconds of the store's clock.
 */
export function step(before: FleetState | null, operation: Operation, now: number): Step {
  const { seen, instance, stay } = operation
  const current = expire(before ?? unknown, now)
  const members = instance === '' ? current.members : { ...current.members, [instance]: now + stay }
  const known = { ...current, members }
  const state = apply(known, operation, now, (changes) => ({
    ...known,
    epoch: Math.max(known.epoch + 1, seen + 1, now * 1_000),
    ...{ openFor: 0, until: 0, votes: {}, leases: {}, successes: 0, failures: 0 },
    ...{ countedFrom: 0, counted: 0, countedFailures: 0, note: '', by: instance },
    ...changes,
  }))
  const { token = '' } = operation as { token?: string }
  const leased = (operation.op === 'lease' || operation.op === 'renew') && state.leases[token] !== undefined
  const { votes, leases } = state
  const more = operation.op === 'read' && instance === '' ? { votes, leases } : {}
  const reply = { ...viewOf(state, now), now, leased, hint: leased ? 0 : hintOf(state, now), ...more }
  return { state, reply, isNews: state.epoch !== current.epoch }
}

/** Begins a new epoch: votes, leases and counts of the one before are void. */
type Begin = (changes: Partial<FleetState>) => FleetState

function apply(state: FleetState, operation: Operation, now: number, begin: Begin): FleetState {
  if (operation.op === 'override') {
    const { to, lasts, note, by } = operation
    const override = { state: to, until: lasts === 0 ? 0 : now + lasts, note, by }
    const { openFor, until } = state
    return begin({ override, openFor, until, reason: 'forced', note, by })
  }
  // Also without an override: instances may know one that this store has forgotten.
  if (operation.op === 'resume') {
    const { openFor, until } = state
    const { note, by } = operation
    return begin({ override: null, openFor, until, reason: 'resumed', note, by })
  }
  if (state.override !== null) return state
  switch (operation.op) {
    case 'trip':
      return trip(state, operation, now, begin)
    case 'lease':
      return lease(state, operation, now, begin)
    case 'renew': {
      const { seen, token, leaseFor } = operation
      const isLive = seen === state.epoch && state.leases[token] !== undefined
      return isLive ? { ...state, leases: { ...state.leases, [token]: now + leaseFor } } : state
    }
    case 'report':
      return report(state, operation, now, begin)
    case 'flush':
      return flush(state, operation, now, begin)
    default:
      return state
  }
}

function open(
  begin: Begin,
  now: number,
  openFor: number,
  why: Pick<FleetState, 'attempt' | 'reason'> & Partial<FleetState>,
): FleetState {
  return begin({ state: 'open', openFor, until: now + openFor, ...why })
}

/** A vote of an earlier epoch is none, nor is one that comes too late: what it is about is over. */
function trip(state: FleetState, operation: Operation & { op: 'trip' }, now: number, begin: Begin): FleetState {
  const { seen, instance, quorum, voteFor, openFor, attempt, until, note } = operation
  if (state.state !== 'closed' || seen < state.epoch || (until > 0 && now > until)) return state
  const votes = { ...state.votes, [instance]: now + voteFor }
  if (size(votes) < votesNeeded(quorum, size(state.members))) return { ...state, votes }
  return open(begin, now, openFor, { attempt, reason: 'tripped', note })
}

/** By default one up to four live instances, then a fifth of them: one bad node must not open a large fleet. */
function votesNeeded(quorum: number, members: number): number {
  if (quorum >= 1) return quorum
  if (quorum > 0) return Math.max(1, Math.ceil(quorum * members))
  return members <= 4 ? 1 : Math.max(2, Math.ceil(members / 5))
}

function lease(state: FleetState, operation: Operation & { op: 'lease' }, now: number, begin: Begin): FleetState {
  const { seen, token, limit, leaseFor, attempt } = operation
  // An asker that has seen a newer epoch knows what this store has forgotten: that it is time to probe.
  const isForgotten = seen > state.epoch
  const isDue = state.state === 'open' && now >= state.until
  const granted = { [token]: now + leaseFor }
  if (isForgotten || isDue) {
    const reason = 'open-duration-ended'
    return begin({ state: 'half-open', attempt: isForgotten ? attempt : state.attempt, reason, leases: granted })
  }
  if (state.state !== 'half-open' || state.leases[token] !== undefined || size(state.leases) >= limit) return state
  const leases = Object.entries(state.leases).map(([other, end]) => [other, Math.min(end, now + leaseFor)])
  return { ...state, leases: { ...Object.fromEntries(leases), ...granted } }
}

/** Acts only with a live lease of this epoch. */
function report(state: FleetState, operation: Operation & { op: 'report' }, now: number, begin: Begin): FleetState {
  const { seen, token, outcome, successesNeeded, failuresTolerated, openFor } = operation
  if (seen !== state.epoch || state.leases[token] === undefined) return state
  const { [token]: _, ...leases } = state.leases
  const successes = state.successes + (outcome === 'success' ? 1 : 0)
  const failures = state.failures + (outcome === 'failure' ? 1 : 0)
  if (failures > failuresTolerated)
    return open(begin, now, openFor, { attempt: state.attempt + 1, reason: 'probe-failed' })
  if (successes >= successesNeeded) return begin({ state: 'closed', reason: 'probes-succeeded' })
  return { ...state, leases, successes, failures }
}

function flush(state: FleetState, operation: Operation & { op: 'flush' }, now: number, begin: Begin): FleetState {
  const { seen, calls, failures, window, minimumCalls, threshold, openFor } = operation
  if (state.state !== 'closed' || seen < state.epoch) return state
  const isNew = now >= state.countedFrom + window || now < state.countedFrom
  const counted = (isNew ? 0 : state.counted) + calls
  const countedFailures = (isNew ? 0 : state.countedFailures) + failures
  if (counted >= minimumCalls && countedFailures >= threshold * counted)
    return open(begin, now, openFor, { attempt: 1, reason: 'failure-rate' })
  return { ...state, countedFrom: isNew ? now : state.countedFrom, counted, countedFailures }
}

/** Drops what is over. After the clock was set back an open state lasts at most its whole duration anew. */
function expire(state: FleetState, now: number): FleetState {
  const { override, until, openFor } = state
  return {
    ...state,
    until: Math.min(until, now + openFor),
    votes: live(state.votes, now),
    leases: live(state.leases, now),
    members: live(state.members, now),
    override: override !== null && override.until > 0 && now >= override.until ? null : override,
  }
}

function live(ends: Readonly<Record<string, number>>, now: number): Record<string, number> {
  return Object.fromEntries(Object.entries(ends).filter(([, end]) => end > now))
}

function size(record: object): number {
  return Object.keys(record).length
}

function viewOf(known: FleetState, now: number): View {
  const { epoch, state, until, attempt, reason, note, by, override, members } = known
  const { state: to, until: end, note: why, by: operator } = override ?? {}
  return {
    ...{ epoch, state, attempt, reason, note, by },
    remaining: Math.max(0, until - now),
    override:
      override &&
      ({ state: to, remaining: end === 0 ? 0 : (end as number) - now, note: why, by: operator } as View['override']),
    members: size(members),
  }
}

function hintOf({ leases, until }: FleetState, now: number): number {
  const end = Math.min(...Object.values(leases)) // Infinity for none
  return Math.max(0, (end === Infinity ? until : end) - now)
}

/** Milliseconds for which the state has to be kept; null for ever, while there is an override without an end. */
export function keepFor({ until, leases, votes, members, override }: FleetState, now: number): number | null {
  if (override?.until === 0) return null
  const ends = [until, override?.until ?? 0, ...[leases, votes, members].flatMap((record) => Object.values(record))]
  return Math.max(0, Math.max(...ends) - now) + memoryAfter
}
