import type { JSX } from 'preact'
import type { Detail } from '../wire.ts'
import { StateMark } from './state-mark.tsx'
import { count, duration, shown, time } from './words.ts'

/** What the breaker did, the latest first. */
export function Transitions({ detail: { transitions, now } }: { detail: Detail }): JSX.Element {
  return (
    <section aria-labelledby="transitions">
      <h3 id="transitions">Transitions</h3>
      {transitions.length === 0 ? (
        <p class="calm">None since this process began to record them.</p>
      ) : (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">At</th>
              <th scope="col">To</th>
              <th scope="col">For</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {transitions
              .map(({ at, to, why, rounds }, index) => (
                <tr key={`${at} ${index}`}>
                  <td class="number">{time(at)}</td>
                  <td>
                    <StateMark state={to} />
                  </td>
                  <td class="number">{length((transitions[index + 1]?.at ?? now) - at)}</td>
                  <td>
                    {shown(why)}
                    {rounds > 0 && `. ${count(rounds)} more rounds of probes failed after that`}
                  </td>
                </tr>
              ))
              .reverse()}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** Many rounds of probes end at once. */
function length(ms: number): string {
  return ms < 500 ? '< 1 s' : duration(ms)
}
