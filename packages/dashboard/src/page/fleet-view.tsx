import type { ComponentChildren, JSX } from 'preact'
import type { FleetRow } from '../wire.ts'
import { ForcedShape } from './filter.tsx'
import { fleet, fleetRows, instances, stateOf } from './fleet.ts'
import { linkTo } from './route.ts'
import { StateMark } from './state-mark.tsx'
import { now } from './time.ts'
import { count, duration, listed, shown, stateWord, time } from './words.ts'

/** Beside the process, at the top of the page. */
export function FleetNote(): JSX.Element | null {
  const status = fleet.value
  if (status === null) return null
  if (status.awaySince !== null)
    return <strong class="stale-note">fleet not reachable since {time(status.awaySince)}</strong>
  return <span>{status.isKnown ? `in a fleet of ${processes(instances.value)}` : 'asking the fleet…'}</span>
}

/** On the card of a breaker. @param note  of its override, which need not be said twice. */
export function FleetLine({ name, note }: { name: string; note: string | null }): JSX.Element | null {
  const row = fleetRows.value.get(name)
  if (row === undefined) return null
  return (
    <p class="fleet">
      <Title />: <StateMark state={stateOf(row)} />
      {row.override && ` ${forced(row.override.by, row.override.note === note ? '' : row.override.note)}`}
      <Instances row={row} />
    </p>
  )
}

function Title(): JSX.Element {
  const awaySince = fleet.value?.awaySince ?? null
  return <>In the fleet{awaySince !== null && <span class="of"> at {time(awaySince)}</span>}</>
}

/** Who is live, who has voted, who probes. */
function Instances({ row: { members, votes, probes } }: { row: FleetRow }): JSX.Element {
  return (
    <span class="of">
      {' '}
      · {processes(members)}
      {votes && votes.length > 0 && <> · voted to open: {listed(votes)}</>}
      {probes && probes.length > 0 && <> · probing: {listed(probes)}</>}
    </span>
  )
}

/** On the page of a breaker. */
export function FleetSection({ name }: { name: string }): JSX.Element | null {
  const row = fleetRows.value.get(name)
  if (fleet.value === null) return null
  return (
    <section class="now" aria-labelledby="fleet">
      <h3 id="fleet">
        <Title />
      </h3>
      {row === undefined ? (
        <p class="calm">{fleet.value.isKnown ? 'The fleet knows nothing of this breaker yet.' : 'Not known yet.'}</p>
      ) : (
        <>
          <p class="card-state">
            <StateMark state={stateOf(row)} /> <span class="of">{processes(row.members)}</span>
          </p>
          {row.override ? (
            <Override override={row.override} />
          ) : (
            <>
              {row.retryAt !== null && <p class="next">{next(row.retryAt)}</p>}
              {row.why !== null && <p class="why">{shown(row.why)}</p>}
            </>
          )}
          <dl class="facts">
            <Fact name="Voted to open" of={row.votes} />
            <Fact name="Probing" of={row.probes} />
          </dl>
        </>
      )}
    </section>
  )
}

function next(retryAt: number): string {
  const left = retryAt - now.value
  return left > 500 ? `Next probe of the fleet in ${duration(left)}` : 'The fleet probes at the next call'
}

function Override({ override: { state, until, note, by } }: { override: NonNullable<FleetRow['override']> }) {
  return (
    <p class="override">
      <ForcedShape />
      <span>
        Forced {stateWord(state)} in all instances by {shown(by)}
        {until === null ? ', until an operator resumes it' : `, for another ${duration(until - now.value)}`}
        {note !== '' && <>: {shown(note)}</>}
      </span>
    </p>
  )
}

function Fact({ name, of }: { name: string; of: readonly string[] | null }): JSX.Element | null {
  if (of === null) return null
  return (
    <div class="wide">
      <dt>{name}</dt>
      <dd>{of.length === 0 ? 'no instance' : listed(of)}</dd>
    </div>
  )
}

/** Breakers that only other processes of the fleet have. */
export function Elsewhere({ rows }: { rows: readonly FleetRow[] }): JSX.Element {
  const cells = (row: FleetRow): ComponentChildren => (
    <tr key={row.name}>
      <th scope="row">
        <a href={linkTo(row.name)}>
          <bdi>{shown(row.name)}</bdi>
        </a>
      </th>
      <td>
        <StateMark state={stateOf(row)} />
      </td>
      <td>
        {row.override ? forced(row.override.by, row.override.note) : shown(row.why ?? '')}
        <Instances row={row} />
      </td>
    </tr>
  )
  return (
    <section class="elsewhere" aria-labelledby="elsewhere">
      <h2 id="elsewhere">Only in other processes of the fleet</h2>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Breaker</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>{rows.map(cells)}</tbody>
      </table>
    </section>
  )
}

function forced(by: string, note: string): string {
  return `forced by ${shown(by)}${note && `: ${shown(note)}`}`
}

function processes(number: number): string {
  return number === 1 ? '1 instance' : `${count(number)} instances`
}
