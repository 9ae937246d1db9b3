import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from './words.ts'

/** One line of a chart; null where there is nothing to show. */
export interface Line {
  readonly name: string
  /** For its colour and its dashes. */
  readonly class: string
  readonly values: readonly (number | null)[]
}

const [width, height, left, bottom, top] = [400, 140, 48, 20, 8]

/** Lines over time. Beside the picture there are words: the latest values, or those under the pointer. */
export function Chart(props: {
  title: string
  times: readonly number[]
  lines: readonly Line[]
  format: (value: number) => string
  /** A line across, and its name. */
  threshold?: { readonly value: number; readonly name: string } | undefined
  least?: number
}): JSX.Element {
  const { title, times, lines, format, threshold, least = 1 } = props
  const [pointed, setPointed] = useState<number | undefined>(undefined)
  const from = times[0] ?? 0
  const to = times.at(-1) ?? 1
  const highest = Math.max(least, threshold?.value ?? 0, ...lines.flatMap(({ values }) => values.map((it) => it ?? 0)))
  const most = niceCeiling(highest)
  const x = (at: number) => left + ((width - left) * (at - from)) / Math.max(1, to - from)
  const y = (value: number) => top + (height - top - bottom) * (1 - value / most)
  const index = pointed === undefined ? times.length - 1 : Math.min(pointed, times.length - 1)

  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    const at = from + ((((event.clientX - box.left) / box.width) * width - left) / (width - left)) * (to - from)
    const next = times.findIndex((it) => it >= at)
    setPointed(next === -1 ? times.length - 1 : next)
  }
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="legend">
          {lines.map((line) => (
            <span key={line.name} class={`key ${line.class}`}>
              {line.name} <b>{line.values[index] == null ? '–' : format(line.values[index] as number)}</b>
            </span>
          ))}
          {threshold && (
            <span class="key threshold">
              {threshold.name} <b>{format(threshold.value)}</b>
            </span>
          )}
          {pointed !== undefined && times[index] !== undefined && (
            <span class="of">at {time(times[index] as number)}</span>
          )}
        </span>
      </figcaption>
      {times.length < 2 ? (
        <p class="calm">Nothing yet.</p>
      ) : (
        <svg
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${title}: ${lines.map((line) => `${line.name} ${line.values.at(-1) == null ? 'none' : format(line.values.at(-1) as number)}`).join(', ')}`}
          onPointerMove={point}
          onPointerLeave={() => setPointed(undefined)}
        >
          {[0, most / 2, most].map((value) => (
            <g key={value}>
              <path class="grid" d={`M${left} ${y(value)}H${width}`} />
              <text class="tick" x={left - 6} y={y(value) + 4} text-anchor="end">
                {format(value)}
              </text>
            </g>
          ))}
          <text class="tick" x={left} y={height - 3}>
            {time(from)}
          </text>
          <text class="tick" x={width} y={height - 3} text-anchor="end">
            {time(to)}
          </text>
          {threshold && <path class="line threshold" d={`M${left} ${y(threshold.value)}H${width}`} />}
          {lines.map((line) => (
            <path key={line.name} class={`line ${line.class}`} d={pathOf(line.values, times, x, y)} />
          ))}
          {pointed !== undefined && (
            <path class="pointer" d={`M${x(times[index] as number)} ${top}V${height - bottom}`} />
          )}
        </svg>
      )}
    </figure>
  )
}

function pathOf(
  values: Line['values'],
  times: readonly number[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let isBroken = true
  return values
    .map((value, index) => {
      if (value === null) {
        isBroken = true
        return ''
      }
      const command = isBroken ? 'M' : 'L'
      isBroken = false
      return `${command}${x(times[index] as number).toFixed(1)} ${y(value).toFixed(1)}`
    })
    .join('')
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((it) => it * power >= value - 1e-9) as number
  return factor * power
}
