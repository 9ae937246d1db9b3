import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type Counts, type Head, type MeasureKind, type State, type Step, stripLength } from '../wire.ts'

/** The counts at one moment. */
export interface Sample {
  readonly at: number
  readonly calls: number
  readonly failures: number
  readonly rejected: number
  readonly value: number | null
}

/** Samples that are kept of a breaker: four minutes of traffic. */
const mostSamples = 120
const sampleLength = 2_000
/** Rates are those of the latest seconds. */
const rateLength = 5_000

/** A head by its fields. */
export interface Facts {
  readonly name: string
  readonly state: State
  readonly since: number
  readonly retryAt: number | null
  readonly why: string | null
  readonly override: string | null
  readonly overrideUntil: number | null
  readonly kind: MeasureKind | null
  readonly threshold: number | null
  readonly shadow: boolean
  readonly outageSince: number | null
  readonly outageWhy: string | null
  readonly failureName: string | null
  readonly failureCode: string | number | null
}

function toFacts(head: Head): Facts {
  const [, name, state, since, retryAt, why, override, overrideUntil, kind, threshold, shadow, ...more] = head
  const [outageSince, outageWhy, failureName, failureCode] = more
  const outage = { outageSince, outageWhy, failureName, failureCode }
  return { name, state, since, retryAt, why, override, overrideUntil, kind, threshold, shadow, ...outage }
}

/** One breaker as this page knows it. */
export class Breaker {
  readonly head: Signal<Head>
  readonly counts: Signal<Counts>
  readonly facts: ReadonlySignal<Facts>
  /** Transitions of the strip. */
  readonly steps: Signal<readonly Step[]> = signal([])
  #samples: Sample[] = []

  constructor(head: Head, counts: Counts, at: number) {
    this.head = signal(head)
    this.counts = signal(counts)
    this.facts = computed(() => toFacts(this.head.value))
    this.#samples = [this.#toSample(counts, at)]
  }

  /** What happened since this page was opened, the oldest first. */
  get samples(): readonly Sample[] {
    this.counts.value // so that who reads them is told of new ones
    return this.#samples
  }

  /** Not in order: an override is trouble, also while closed. */
  get inTrouble(): boolean {
    const [, , state, , , , override] = this.head.value
    return state !== 0 || override !== null
  }

  /** Whether anything happened in the last two minutes. */
  isActive(now: number): boolean {
    return (this.samples.at(-1) as Sample).at > now - 120_000
  }

  count(counts: Counts, at: number): void {
    const sample = this.#toSample(counts, at)
    const last = this.#samples.at(-1) as Sample
    if (sample.calls < last.calls || sample.rejected < last.rejected)
      this.#samples = [sample] // another process
    else if (at - last.at > 0) this.#add(last, sample)
    this.counts.value = counts
  }

  #add(last: Sample, sample: Sample): void {
    const { at } = sample
    // Without calls there are no frames: what is new happened in the last two seconds.
    if (at - last.at > 1.5 * sampleLength) this.#samples.push({ ...last, at: at - sampleLength })
    const before = this.#samples.at(-2)
    if (before !== undefined && at - before.at <= sampleLength) this.#samples.pop()
    this.#samples.push(sample)
    if (this.#samples.length > mostSamples) this.#samples.splice(0, this.#samples.length - mostSamples)
  }

  /** While it is not closed there is nothing to measure: the value is that of the trip. */
  #toSample([, success, failure, ignored, rejected, late, value]: Counts, at: number): Sample {
    const calls = success + failure + ignored + late
    return { at, calls, failures: failure, rejected, value: this.head.peek()[2] === 0 ? value : null }
  }

  step(step: Step): void {
    const oldest = step[1] - stripLength
    const kept = this.steps.value
    const first = kept.findLastIndex(([, at]) => at <= oldest)
    this.steps.value = [...kept.slice(Math.max(first, 0)), step]
  }

  /** Calls, failures and rejections a second, in the latest seconds. */
  rates(now: number): { calls: number; failures: number; rejected: number } {
    const { samples } = this
    const last = samples.at(-1) as Sample
    const first = samples.findLast(({ at }) => at <= now - rateLength) ?? (samples[0] as Sample)
    const seconds = (now - Math.max(first.at, now - 2 * rateLength)) / 1_000
    if (seconds <= 0 || last.at <= first.at) return { calls: 0, failures: 0, rejected: 0 }
    return {
      calls: (last.calls - first.calls) / seconds,
      failures: (last.failures - first.failures) / seconds,
      rejected: (last.rejected - first.rejected) / seconds,
    }
  }
}
