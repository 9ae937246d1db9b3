import type { JSX } from 'preact'
import type { Breaker } from './breaker.ts'
import { count, percent } from './words.ts'

const names = { rate: 'Failure rate', slow: 'Slow calls', count: 'Failures' }

/** How far a breaker is from opening, or was when it opened. */
export function Level({ breaker }: { breaker: Breaker }): JSX.Element | null {
  const { kind, threshold } = breaker.facts.value
  const value = breaker.counts.value[6]
  if (kind === null || threshold === null || value === null) return null
  const format = kind === 'count' ? count : percent
  return (
    <div>
      <dt>{names[kind]}</dt>
      <dd>
        {format(value)} <span class="of">of {format(threshold)}</span>
        <LevelBar value={value} threshold={threshold} most={kind === 'count' ? 1.5 * threshold : 1} />
      </dd>
    </div>
  )
}

/** A bar with a mark at the threshold. */
export function LevelBar({ value, threshold, most }: { value: number; threshold: number; most: number }): JSX.Element {
  const share = (number: number) => 100 * Math.min(1, number / Math.max(most, threshold))
  return (
    <svg class="level" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" x="0" y="2" width="100" height="4" />
      <rect class={value >= threshold ? 'value over' : 'value'} x="0" y="2" width={share(value)} height="4" />
      <rect class="mark" x={Math.min(99, share(threshold))} y="0" width="1" height="8" />
    </svg>
  )
}
