import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import { type State, stripLength } from '../wire.ts'
import type { Breaker } from './breaker.ts'
import { chosen } from './filter.tsx'
import { Many } from './many.tsx'
import { process } from './model.ts'
import { linkTo } from './route.ts'
import { stateClass } from './state-mark.tsx'
import { now } from './time.ts'
import { duration, shown, stateWord, time } from './words.ts'

/** Breakers that left closed: those that are not closed now first, the latest outage first, then those that closed last. */
const eventful = computed(() =>
  chosen.value
    .filter(({ steps }) => steps.value.length > 0)
    .map((breaker) => ({
      breaker,
      since: breaker.facts.value.outageSince,
      at: breaker.steps.value.at(-1)?.[1] as number,
    }))
    .sort((a, b) => (b.since ?? 0) - (a.since ?? 0) || b.at - a.at)
    .map(({ breaker }) => breaker),
)

const height: Record<State, number> = { 0: 3, 1: 16, 2: 9 }

interface Scale {
  readonly length: number
  readonly title: string
  /** Of the axis, at each third. */
  readonly marks: readonly string[]
}

const minute = 60_000
const longest: Scale = { length: stripLength, title: 'Last fifteen minutes', marks: ['−15 min', '−10 min', '−5 min'] }
const scales: readonly Scale[] = [
  { length: 1.5 * minute, title: 'Last 90 seconds', marks: ['−90 s', '−60 s', '−30 s'] },
  { length: 3 * minute, title: 'Last 3 minutes', marks: ['−3 min', '−2 min', '−1 min'] },
  { length: 6 * minute, title: 'Last 6 minutes', marks: ['−6 min', '−4 min', '−2 min'] },
]

/** The shortest that shows all that was recorded. */
const scale = computed(() => scales.find(({ length }) => recordedSince() > now.value - length) ?? longest)

/** What happened in the last minutes, at most fifteen: a row for each breaker that left closed. */
export function Strip(): JSX.Element {
  const { length, title, marks } = scale.value
  const begin = now.value - length
  const rows = eventful.value.filter(
    ({ facts, steps }) => facts.value.state !== 0 || (steps.value.at(-1)?.[1] ?? 0) > begin,
  )
  const since = recordedFrom(now.value) > 0 ? recordedSince() : undefined
  return (
    <section class="strip" aria-labelledby="strip">
      <h2 id="strip">
        {title}
        <span class="of">
          {since !== undefined && `, recorded since ${time(since)}`}
          {rows.length === 0 && ': no breaker left closed'}
          {since !== undefined && rows.length > 0 && <span class="unrecorded">not recorded</span>}
        </span>
      </h2>
      {rows.length > 0 && (
        <>
          <Many all={rows} most={8} class="strip-rows">
            {(breaker) => <Row key={breaker} breaker={breaker} />}
          </Many>
          <p class="strip-axis" aria-hidden="true">
            {[...marks, 'now'].map((mark) => (
              <span key={mark}>{mark}</span>
            ))}
          </p>
        </>
      )}
    </section>
  )
}

interface Span {
  readonly state: State
  readonly from: number
  readonly to: number
}

function recordedSince(): number {
  return process.value?.recordedSince ?? 0
}

/** Where the recording begins, as a share of the strip. */
function recordedFrom(end: number): number {
  return Math.min(1, Math.max(0, 1 - (end - recordedSince()) / scale.value.length))
}

/** The states within the strip, as shares of its length. */
export function spansOf(breaker: Breaker, end: number): Span[] {
  const steps = breaker.steps.value
  const begin = recordedFrom(end)
  const share = (at: number) => Math.min(1, Math.max(begin, 1 - (end - at) / scale.value.length))
  const first = steps[0]
  const all = [
    { state: first?.[2] ?? breaker.facts.value.state, from: begin, to: share(first?.[1] ?? end) },
    ...steps.map(([, at, , state], index) => ({ state, from: share(at), to: share(steps[index + 1]?.[1] ?? end) })),
  ]
  return all.filter(({ from, to }) => to > from)
}

function Row({ breaker }: { breaker: Breaker }): JSX.Element {
  const { name, state } = breaker.facts.value
  const spans = spansOf(breaker, now.value)
  const total = (wanted: State) =>
    spans.reduce((sum, { state, from, to }) => sum + (state === wanted ? (to - from) * scale.value.length : 0), 0)
  const summary = `open for ${duration(total(1))}, half-open for ${duration(total(2))}, now ${stateWord(state)}`
  return (
    <li>
      <a href={linkTo(name)} title={shown(name)}>
        <bdi>{shown(name)}</bdi>
        <span class="hidden">: {summary}</span>
      </a>
      <svg viewBox="0 0 900 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <title>{summary}</title>
        <rect class="unrecorded" width={900 * recordedFrom(now.value)} height="16" />
        {spans.map(({ state, from, to }) => (
          <rect
            key={from}
            class={stateClass(state)}
            x={900 * from}
            width={Math.max(state === 0 ? 0 : 1.5, 900 * (to - from))}
            y={16 - height[state]}
            height={height[state]}
          />
        ))}
      </svg>
    </li>
  )
}
