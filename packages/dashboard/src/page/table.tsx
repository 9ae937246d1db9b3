import type { JSX } from 'preact'
import type { Breaker } from './breaker.ts'
import { LevelBar } from './level.tsx'
import { linkTo } from './route.ts'
import { Sparkline } from './sparkline.tsx'
import { StateMark } from './state-mark.tsx'
import { now, slowNow } from './time.ts'
import { count, percent, rate, shown } from './words.ts'

/** Rows that the browser lays out together, and not at all while they are out of sight; the style knows their height. */
const chunk = 40

export function Table({ breakers }: { breakers: readonly Breaker[] }): JSX.Element {
  const chunks = Array.from({ length: Math.ceil(breakers.length / chunk) }, (_, index) =>
    breakers.slice(index * chunk, (index + 1) * chunk),
  )
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Breaker</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Calls /s
          </th>
          <th scope="col" class="traffic">
            Two minutes
          </th>
          <th scope="col">Failing, of threshold</th>
          <th scope="col" class="number">
            Rejected /s
          </th>
          <th scope="col" class="number total">
            Calls
          </th>
          <th scope="col" class="number total">
            Failures
          </th>
        </tr>
      </thead>
      {chunks.map((rows, index) => (
        <tbody key={index} class={rows.length === chunk ? 'whole' : ''}>
          {rows.map((breaker) => (
            <Row key={breaker} breaker={breaker} />
          ))}
        </tbody>
      ))}
    </table>
  )
}

function Row({ breaker }: { breaker: Breaker }): JSX.Element {
  const { name, state, kind, threshold } = breaker.facts.value
  const [, success, failure, ignored, , late, value] = breaker.counts.value
  if (breaker.isActive(now.peek())) slowNow.value // rates fall, and lines move on, also without a frame
  const { calls, rejected } = breaker.rates(now.peek())
  const format = kind === 'count' ? count : percent
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(name)} title={shown(name)}>
          <bdi>{shown(name)}</bdi>
        </a>
      </th>
      <td>
        <StateMark state={state} />
      </td>
      <td class="number">{rate(calls)}</td>
      <td class="traffic">
        <Sparkline breaker={breaker} of="calls" label="calls in the last two minutes" />
      </td>
      <td class="failing">
        {value === null || threshold === null ? (
          <span class="of">no calls</span>
        ) : (
          <>
            <span>{format(value)}</span> <span class="of">of {format(threshold)}</span>
            <LevelBar value={value} threshold={threshold} most={kind === 'count' ? 1.5 * threshold : 1} />
          </>
        )}
      </td>
      <td class="number">{rate(rejected)}</td>
      <td class="number total">{count(success + failure + ignored + late)}</td>
      <td class="number total">{count(failure)}</td>
    </tr>
  )
}
