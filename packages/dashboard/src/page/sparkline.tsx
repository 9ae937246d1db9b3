import type { JSX } from 'preact'
import type { Breaker } from './breaker.ts'
import { increases, points } from './increases.ts'
import { now } from './time.ts'

const [width, height] = [120, 20]

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
