import type { JSX } from 'preact'
import { status } from './connection.ts'
import { FleetNote } from './fleet-view.tsx'
import { changedAt, process } from './model.ts'
import { now } from './time.ts'
import { duration, time } from './words.ts'

/** How fresh the data is, and whose it is. */
export function Connection(): JSX.Element {
  const connection = status.value
  const server = process.value
  return (
    <p class="connection">
      {connection.kind === 'live' && <Live />}
      {connection.kind === 'stale' && <Stale since={connection.since} problem={connection.problem} />}
      {connection.kind === 'loading' && <span>Connecting…</span>}
      {server && (
        <span class="process">
          this process ({server.host}, pid {server.pid})
        </span>
      )}
      <FleetNote />
    </p>
  )
}

function Live(): JSX.Element {
  const age = now.value - changedAt.value
  return (
    <span class="live">
      <svg class="dot" viewBox="0 0 8 8" aria-hidden="true">
        <circle cx="4" cy="4" r="3.5" />
      </svg>
      Live, <span class="age">{age < 2_000 ? 'changed just now' : `changed ${duration(age)} ago`}</span>
    </span>
  )
}

function Stale({ since, problem }: { since: number; problem: string }): JSX.Element {
  return (
    <strong class="stale-note" role="alert">
      Stale since {time(since)}, trying again: {problem}
    </strong>
  )
}
