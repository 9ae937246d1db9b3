import type { CircuitBreakerSnapshot } from '@cb/core'
import type { Outage } from './history.ts'
import { measureOf } from './measure.ts'
import { why } from './why.ts'
import { type Counts, type Head, stateOf } from './wire.ts'

/** The breaker's clock is not the wall clock, and the two drift: a moment once told is kept until it has moved this far. */
const tolerance = 1_000

/**
 * The row of a breaker.
 * @param now  the wall clock at the time of the snapshot.
 * @param outage  why it left closed.
 * @param before  the row before, whose moments are kept where they have only been rounded otherwise.
 */
export function toRow(
  id: number,
  snapshot: CircuitBreakerSnapshot,
  now: number,
  outage?: Outage,
  before?: { readonly head: Head; readonly counts: Counts },
): [Head, Counts] {
  const { name, at, since, retryAfterMs, override, totals, lastFailure, lastTransition, config } = snapshot
  const wall = (moment: number) => Math.round(now - at + moment)
  const measure = (snapshot.state !== 'closed' && outage?.measure) || measureOf(snapshot)
  const retryAt = retryAfterMs ? now + retryAfterMs : null
  const until = override?.expiresInMs == null ? null : now + override.expiresInMs
  const head: Head = [
    id,
    name,
    stateOf(snapshot.state),
    keep(wall(since), before?.head[3]),
    snapshot.state === 'closed' ? null : keep(retryAt, before?.head[4]),
    lastTransition === null ? null : why(lastTransition, config),
    override === null ? null : (override.note ?? ''),
    keep(until, before?.head[7]),
    measure?.kind ?? null,
    measure?.threshold ?? null,
    config['shadow'] !== 0,
    outage?.at ?? null,
    outage?.why ?? null,
    lastFailure?.name ?? null,
    lastFailure?.code ?? null,
  ]
  const { success, failure, ignored, rejected, late } = totals
  const failedAt = keep(lastFailure === null ? null : wall(lastFailure.at), before?.counts[7])
  return [head, [id, success, failure, ignored, rejected, late, measure?.value ?? null, failedAt]]
}

function keep<T extends number | null>(moment: T, before: T | undefined): T {
  if (moment === null || before === null || before === undefined) return moment
  return Math.abs(moment - before) < tolerance ? before : moment
}
