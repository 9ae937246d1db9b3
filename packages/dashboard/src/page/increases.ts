import type { Sample } from './breaker.ts'

export const points = 40
const length = 120_000

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
