import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Detail } from '../wire.ts'
import type { Breaker } from './breaker.ts'
import { FailureName, Next, Override, Why } from './card.tsx'
import { Charts } from './charts.tsx'
import { Configuration } from './configuration.tsx'
import { Controls } from './controls.tsx'
import { useDetail } from './detail.ts'
import { fleetRows } from './fleet.ts'
import { FleetSection } from './fleet-view.tsx'
import { Level } from './level.tsx'
import { findByName, process } from './model.ts'
import { listAddress } from './route.ts'
import { StateMark } from './state-mark.tsx'
import { now } from './time.ts'
import { Transitions } from './transitions.tsx'
import { count, duration, shown, time } from './words.ts'

/** Everything about one breaker. */
export function BreakerPage({ name }: { name: string }): JSX.Element {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  const breaker = findByName(name)
  const detail = useDetail(name)
  return (
    <article class="breaker">
      <p>
        <a href={listAddress}>← All breakers</a>
      </p>
      <h2 ref={title} tabIndex={-1} class="breaker-name">
        <bdi>{shown(name)}</bdi>
      </h2>
      {breaker === undefined ? (
        <>
          <p class="empty">This process has no breaker of this name, or has none any more.</p>
          <FleetSection name={name} />
          {process.value?.controls && fleetRows.value.has(name) && <Controls name={name} facts={undefined} />}
        </>
      ) : (
        <>
          <Now breaker={breaker} detail={detail} />
          <FleetSection name={name} />
          {process.value?.controls && <Controls name={name} facts={breaker.facts.value} />}
          <Charts breaker={breaker} detail={detail} />
          {detail && <Transitions detail={detail} />}
          {detail && <Configuration config={detail.config} />}
        </>
      )}
    </article>
  )
}

function Now({ breaker, detail }: { breaker: Breaker; detail: Detail | undefined }): JSX.Element {
  const facts = breaker.facts.value
  const [, success, failure, ignored, rejected, late, , failedAt] = breaker.counts.value
  const totals: [string, number | undefined][] = [
    ['Succeeded', success],
    ['Failed', failure],
    ['Timed out', detail?.timeouts],
    ['Ignored', ignored],
    ['Rejected', rejected],
    ['Late', late],
    ['Answered by a fallback', detail?.fallbacks],
    ['Opened', detail?.opens],
    ['Shadowed', detail?.shadowed || undefined],
  ]
  return (
    <section class="now" aria-label="Now">
      <p class="card-state">
        <StateMark state={facts.state} /> <span>for {duration(now.value - facts.since)}</span>
        {facts.shadow && <span class="tag">shadow: rejects nothing</span>}
      </p>
      <Next facts={facts} />
      {facts.why === null ? <p>It has always been closed.</p> : <Why facts={facts} />}
      <Override facts={facts} />
      {detail?.probes && (
        <p>
          Probes of this round: {detail.probes.live} in flight, {detail.probes.successes} succeeded,{' '}
          {detail.probes.failures} failed
        </p>
      )}
      {detail?.recovery && typeof detail.recovery['share'] === 'number' && (
        <p>Traffic returns: {Math.round(100 * detail.recovery['share'])} % of the calls are admitted</p>
      )}
      <dl class="facts">
        <Level breaker={breaker} />
        {totals.map(([label, number]) =>
          number === undefined ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{count(number)}</dd>
            </div>
          ),
        )}
        {failedAt !== null && (
          <div class="wide">
            <dt>Last failure</dt>
            <dd>
              <FailureName facts={facts} /> at {time(failedAt)}
              {detail?.failureMessage && <div class="message">{shown(detail.failureMessage)}</div>}
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}
