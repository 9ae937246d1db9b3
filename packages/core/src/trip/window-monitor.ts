import type { Clock } from '../clock.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import type { OutcomeWindow, WindowSpec } from '../window/window.ts'
import { minimumOf, type TripContext, type TripMonitor, type TripPolicy } from './trip-policy.ts'

/** What a trip policy that looks at a window goes by. */
export interface WindowRule {
  readonly name: string
  readonly window: WindowSpec
  /** What `measure` must reach, compared with `>=`. */
  readonly threshold: number
  /** No decision below this many calls in the window. */
  readonly minimumCalls: number
  /** What is compared with the threshold. */
  measure(calls: number, failures: number): number
  /** @param decidable  whether there are enough calls for a decision. */
  describe(calls: number, failures: number, decidable: boolean): WindowSnapshot
}

/** A trip policy by a rule over a window. @param config  its options, for snapshots. */
export function windowPolicy<Config extends { window: WindowSpec }>(
  rule: WindowRule,
  config: Config,
  start: TripPolicy['start'] = (clock, { recovery }) => new WindowMonitor(rule, clock, recovery),
): TripPolicy {
  return Object.freeze({
    name: rule.name,
    config: Object.freeze({ ...config, window: config.window.config }),
    start,
  })
}

/** Records outcomes in a window and decides by a rule; its memory is the window. */
export class WindowMonitor implements TripMonitor {
  readonly timed: boolean
  readonly #rule: WindowRule
  readonly memory: OutcomeWindow
  readonly #recovery: TripContext['recovery']

  constructor(rule: WindowRule, clock: Clock, recovery: TripContext['recovery']) {
    this.timed = rule.window.timed
    this.#rule = rule
    this.memory = rule.window.open(clock)
    this.#recovery = recovery
  }

  /** A success can trip as well: it may be the call that reaches the minimum. */
  success(): Trip | undefined {
    return this.record(false)
  }

  failure(): Trip | undefined {
    return this.record(true)
  }

  /** @param now  the time, if it has just been read. */
  record(failed: boolean, now?: number): Trip | undefined {
    this.memory.record(failed, now)
    return this.memory.failures === 0 ? undefined : this.#decide(this.memory)
  }

  /** As of now: what is too old decides nothing. */
  decide(): Trip | undefined {
    return this.memory.failures === 0 ? undefined : this.#decide(this.memory.counts())
  }

  #decide({ calls, failures }: { readonly calls: number; readonly failures: number }): Trip | undefined {
    const { name, threshold, minimumCalls, measure } = this.#rule
    if (measure(calls, failures) < threshold || calls < minimumOf(minimumCalls, this.#recovery)) return undefined
    return { policy: name, threshold, ...this.snapshot() }
  }

  snapshot(): WindowSnapshot {
    const { calls, failures } = this.memory.counts()
    return this.#rule.describe(calls, failures, calls >= minimumOf(this.#rule.minimumCalls, this.#recovery))
  }
}
