import type { JSX } from 'preact'
import type { Breaker, Sample } from './breaker.ts'
import { now } from './time.ts'

const points = 40
const length = 120_000
const [width, height] = [120, 20]

/** What was counted in each part of the last two minutes, without the parts before the first sample. */
export function increases(samples: readonly Sample[], of: 'calls' | 'failures' | 'rejected', now: number): number[] {
  const sums = new Array<number>(points).fill(0)
  const begin = now - length
  for (let index = samples.length - 1; index > 0; index--) {
    const [before, { at, ...after }] = samples.slice(index - 1, index + 1) as [Sample, Sample]
    if (at <= begin) break
    const place = Math.min(points - 1, Math.floor((points * (at - begin)) / length))
    sums[place] = (sums[place] as number) + after[of] - before[of]
  }
  const first = (samples[0]?.at ?? begin) - begin
  return sums.slice(Math.min(points - 2, Math.max(0, Math.floor((points * first) / length))))
}

export function Sparkline(props: { breaker: Breaker; of: 'calls' | 'rejected'; label: string }): JSX.Element {
  const sums = increases(props.breaker.samples, props.of, now.peek())
  const most = Math.max(...sums)
  const y = (sum: number) => height - 1 - (most === 0 ? 0 : ((height - 3) * sum) / most)
  const x = (index: number) => (width * (points - sums.length + index)) / (points - 1)
  const path = sums.map((sum, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(sum).toFixed(1)}`)
  return (
    <svg
      class={`sparkline ${props.of}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path class="area" d={`${path.join('')}L${width} ${height}L${x(0)} ${height}Z`} />
      <path class="line" d={path.join('')} />
    </svg>
  )
}
