import { monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks'

/** How often the delay is measured, in milliseconds; a measured delay has this time in it. */
const resolution = 20
/** With timers so late, time limits of the demo end for other reasons than its fault. */
const late = 100

/** Begins to measure how late timers run. */
export function watchTimers(): Pick<RecordableHistogram, 'percentile'> {
  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  return delays
}

/** What a failure has to do with other work of the machine, or nothing if timers ran in time. */
export function busyNote(delays: Pick<RecordableHistogram, 'percentile'>): string {
  const delay = Math.round(delays.percentile(99) / 1e6) - resolution
  if (delay < late) return ''
  return `\nThis machine is too busy to show it: timers ran ${delay} ms late. Try again when it has less to do.`
}
