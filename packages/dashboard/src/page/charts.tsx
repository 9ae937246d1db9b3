import type { JSX } from 'preact'
import type { Detail } from '../wire.ts'
import type { Breaker, Sample } from './breaker.ts'
import { Chart } from './chart.tsx'
import { now } from './time.ts'
import { count, latency, percent, rate, time } from './words.ts'

const titles = { rate: 'Failure rate', slow: 'Share of slow calls', count: 'Failures, as the trip policy counts them' }

/** What has happened since the page was opened; the server keeps no counts of the past. */
export function Charts({ breaker, detail }: { breaker: Breaker; detail: Detail | undefined }): JSX.Element {
  const samples = upToNow(breaker.samples, now.value)
  const times = samples.map(({ at }) => at)
  const rates = (of: 'calls' | 'failures' | 'rejected') =>
    samples.map((sample, index) => {
      const before = samples[index - 1]
      return before === undefined ? null : (1_000 * (sample[of] - before[of])) / (sample.at - before.at)
    })
  const { kind, threshold } = breaker.facts.value
  const format = kind === 'count' ? count : percent
  const slots = detail?.latency ?? []
  return (
    <section class="charts" aria-labelledby="traffic">
      <h3 id="traffic">
        Traffic <small>since {time(breaker.samples[0]?.at ?? now.value)}, when this page began to watch</small>
      </h3>
      <Chart
        title="Calls a second"
        times={times}
        format={rate}
        lines={[
          { name: 'calls', class: 'calls', values: rates('calls') },
          { name: 'failures', class: 'failures', values: rates('failures') },
          { name: 'rejections', class: 'rejected', values: rates('rejected') },
        ]}
      />
      {kind !== null && threshold !== null && (
        <Chart
          title={titles[kind]}
          times={times}
          format={format}
          threshold={{ value: threshold, name: 'threshold' }}
          lines={[
            {
              name: kind === 'count' ? 'failures' : 'rate',
              class: 'failures',
              values: samples.map(({ value }) => value),
            },
          ]}
        />
      )}
      <Chart
        title="Latency"
        times={slots.map(([at]) => at)}
        format={latency}
        lines={[
          { name: 'p50', class: 'p50', values: slots.map(([, , p50]) => p50) },
          { name: 'p95', class: 'p95', values: slots.map(([, , , p95]) => p95) },
          { name: 'p99', class: 'p99', values: slots.map(([, , , , p99]) => p99) },
        ]}
      />
    </section>
  )
}

/** Without calls there are no frames; the lines go on to now all the same. */
function upToNow(samples: readonly Sample[], now: number): readonly Sample[] {
  const last = samples.at(-1) as Sample
  if (now - last.at < 3_000) return samples
  const fell = { ...last, at: last.at + 2_000 }
  return [...samples, fell, { ...last, at: now }]
}
