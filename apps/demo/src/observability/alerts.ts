import {
  breaker,
  calls,
  counted,
  duration,
  label,
  notClosed,
  openingsFromClosed,
  rejected,
  stateSeries,
  sumBy,
  transitions,
} from './promql.ts'
import { flaps } from './questions.ts'

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: 'critical' | 'warning' }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** The content of a file of rules for Prometheus. */
export interface RuleFile {
  readonly groups: readonly [{ readonly name: string; readonly rules: readonly AlertRule[] }]
}

const name = `{{ $labels.${label.name} }}`
const place = '{{ $labels.job }} {{ $labels.instance }}'

/**
 * When somebody is to be told.
 * @param minute  how long a minute is, in milliseconds. Default 60,000; the demo, which is over in 20 seconds, has minutes of a second.
 */
export function alertRules(minute = 60_000): RuleFile {
  const minutes = (count: number) => duration(count * minute)
  return {
    groups: [
      {
        name: 'circuit-breakers',
        rules: [
          openTooLong(minutes(5)),
          rejectionShare(minutes(5), minutes(2)),
          flapping(minutes(15)),
          leftOpen(minutes(15)),
        ],
      },
    ],
  }
}

/** Open and half-open alike: during an outage a breaker goes back and forth between the two. */
function openTooLong(patience: string): AlertRule {
  return {
    alert: 'CircuitBreakerOpenTooLong',
    expr: `${sumBy(breaker, notClosed())} > 0`,
    for: patience,
    labels: { severity: 'critical' },
    annotations: {
      summary: `${name} has not been closed for ${patience}`,
      description: `What it guards has not been well for ${patience}, or somebody holds it open (${place}).`,
    },
  }
}

const tooManyRejected = 0.25
/** Of fewer calls a share says nothing. */
const minimumCalls = 20

function rejectionShare(window: string, patience: string): AlertRule {
  const all = sumBy(breaker, `increase(${calls()}[${window}])`)
  const refused = sumBy(breaker, `increase(${calls(rejected)}[${window}])`)
  return {
    alert: 'CircuitBreakerRejectionShare',
    expr: `${refused}\n/ ${all} > ${tooManyRejected}\nand ${all} >= ${minimumCalls}`,
    for: patience,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} rejects {{ $value | humanizePercentage }} of its calls`,
      description: `More than ${100 * tooManyRejected} % of the calls within ${window} were turned away (${place}).`,
    },
  }
}

function flapping(window: string): AlertRule {
  return {
    alert: 'CircuitBreakerFlapping',
    expr: `${sumBy(breaker, counted(transitions(openingsFromClosed), window))} >= ${flaps}`,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} has opened {{ $value | humanize }} times within ${window}`,
      description: `It recovers and fails again: its probes are easier than its traffic, or it opens too readily (${place}).`,
    },
  }
}

/**
 * A breaker that opened by itself tries a probe when its open duration is over; only a person holds it open without one. (Forcing
 * a breaker that was open already is no transition, so the reason `forced` would not do.)
 */
function leftOpen(quiet: string): AlertRule {
  return {
    alert: 'CircuitBreakerForcedOpenLeftBehind',
    expr:
      `${sumBy(breaker, stateSeries({ [label.state]: 'open' }))} > 0\n` +
      `unless ${sumBy(breaker, counted(transitions(), quiet))} > 0`,
    for: quiet,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} is held open, and no probe tries to close it`,
      description: `Somebody forced it open and may have forgotten it (${place}). Resume it if it need not be.`,
    },
  }
}
