import type { JSX } from 'preact'
import type { Breaker, Facts } from './breaker.ts'
import { ForcedShape } from './filter.tsx'
import { FleetLine } from './fleet-view.tsx'
import { Level } from './level.tsx'
import { linkTo } from './route.ts'
import { Sparkline } from './sparkline.tsx'
import { StateMark, stateClass } from './state-mark.tsx'
import { now } from './time.ts'
import { duration, rate, shown, time } from './words.ts'

/** A breaker in trouble. */
export function Card({ breaker }: { breaker: Breaker }): JSX.Element {
  const facts = breaker.facts.value
  const { name, state, shadow } = facts
  return (
    <li class={`card ${stateClass(state)}`}>
      <h3>
        <a href={linkTo(name)}>
          <bdi>{shown(name)}</bdi>
        </a>
      </h3>
      <p class="card-state">
        <StateMark state={state} /> <span>for {duration(now.value - facts.since)}</span>
        {shadow && <span class="tag">shadow: rejects nothing</span>}
      </p>
      <Next facts={facts} />
      <Why facts={facts} />
      <Override facts={facts} />
      <FleetLine name={name} note={facts.override} />
      <dl class="facts">
        <Level breaker={breaker} />
        <Rejections breaker={breaker} />
        <LastFailure breaker={breaker} />
      </dl>
      <Sparkline breaker={breaker} of="rejected" label="rejections in the last two minutes" />
    </li>
  )
}

/** Why it is in its state, and why it left closed. The note of an override has its own line. */
export function Why({ facts }: { facts: Facts }): JSX.Element {
  const { why, since, override, outageSince, outageWhy } = facts
  const isLater = outageSince !== null && outageSince < since - 1_000
  return (
    <>
      {why !== null && override === null && <p class="why">{shown(why)}</p>}
      {isLater && (
        <p class="outage">
          Not closed for {duration(now.value - outageSince)}, since {time(outageSince)}: {shown(outageWhy ?? '')}
        </p>
      )}
    </>
  )
}

/** When calls are tried again. */
export function Next({ facts }: { facts: Facts }): JSX.Element | null {
  const { state, retryAt, override, overrideUntil } = facts
  if (override !== null) {
    return (
      <p class="next">
        {overrideUntil === null
          ? 'Until an operator resumes it'
          : `Forced for another ${duration(overrideUntil - now.value)}`}
      </p>
    )
  }
  if (state === 2) return <p class="next">Probing now: a few calls pass</p>
  if (state === 0) return null
  const left = (retryAt ?? 0) - now.value
  return <p class="next">{left > 500 ? `Next probe in ${duration(left)}` : 'Probes at the next call'}</p>
}

export function Override({ facts: { override } }: { facts: Facts }): JSX.Element | null {
  if (override === null) return null
  return (
    <p class="override">
      <ForcedShape /> <span>Forced{override === '' ? ', without a note' : <>: {shown(override)}</>}</span>
    </p>
  )
}

function Rejections({ breaker }: { breaker: Breaker }): JSX.Element {
  return (
    <div>
      <dt>Rejected</dt>
      <dd>{rate(breaker.rates(now.value).rejected)} /s</dd>
    </div>
  )
}

function LastFailure({ breaker }: { breaker: Breaker }): JSX.Element | null {
  const failedAt = breaker.counts.value[7]
  if (failedAt === null) return null
  return (
    <div class="wide">
      <dt>Last failure</dt>
      <dd>
        <FailureName facts={breaker.facts.value} /> at {time(failedAt)}
      </dd>
    </div>
  )
}

export function FailureName({ facts: { failureName, failureCode } }: { facts: Facts }): JSX.Element {
  const words = [failureName, failureCode].filter((word) => word !== null).join(' ')
  return <bdi class="code">{words === '' ? 'an error without a name' : shown(words)}</bdi>
}
