import {
  allCalls,
  breaker,
  calls,
  duration,
  label,
  overrides,
  rejections,
  reopenings,
  stateSeries,
  sumBy,
  transitions,
} from './promql.ts'
import { flappingMinutes, flaps, openingsWithin } from './questions.ts'

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: 'critical' | 'warning' | 'info' }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string }
}

/** The content of a rule file for Prometheus. */
export interface RuleFile {
  readonly groups: readonly [{ readonly name: string; readonly rules: readonly AlertRule[] }]
}

/** The document of this package, as a public copy of npm serves it. */
const runbook = 'https://unpkg.com/@cb/opentelemetry/RUNBOOK.md'

type Draft = Omit<AlertRule, 'annotations'> & { readonly annotations: Omit<AlertRule['annotations'], 'runbook_url'> }

function withRunbook(rule: Draft): AlertRule {
  const runbook_url = `${runbook}#${rule.alert.toLowerCase()}`
  return { ...rule, annotations: { ...rule.annotations, runbook_url } }
}

const name = `{{ $labels.${label.name} }}`
const place = '{{ $labels.job }} {{ $labels.instance }}'

/**
 * The alert rules.
 * @param minute  the length of a minute, in milliseconds. Default 60,000; the demo takes 20 seconds only, so it uses one second.
 */
export function alertRules(minute = 60_000): RuleFile {
  const minutes = (count: number) => duration(count * minute)
  return {
    groups: [
      {
        name: 'circuit-breakers',
        rules: [
          openTooLong(minutes(2), minutes(5)),
          halfOpenIdle(minutes(5), minutes(15)),
          rejectionShare(minutes(5), minutes(2)),
          flapping(minutes(flappingMinutes), minutes(1)),
          overrideLeft(minutes(30)),
        ].map(withRunbook),
      },
    ],
  }
}

const halfOpen = sumBy(breaker, stateSeries({ [label.state]: 'half_open' }))
const within = (window: string, labels: string, series: string) => sumBy(labels, `increase(${series}[${window}])`)

/**
 * During an outage a breaker with traffic alternates between open and half-open: it rejects calls, or its probes fail. One that nobody
 * calls becomes half-open and stays so, whatever its dependency does. That another breaker of the name is called says nothing.
 * @param now  what is the present: two scrapes must fit, and calls from before a silence must not count for long.
 */
function openTooLong(now: string, patience: string): Draft {
  return {
    alert: 'CircuitBreakerOpenTooLong',
    expr: [
      `${sumBy(breaker, stateSeries({ [label.state]: 'open' }))} > 0`,
      `${sumBy(breaker, overrides({ [label.overrideKind]: 'open' }))} > 0`,
      `(${halfOpen} > 0 and (${within(now, breaker, rejections())} > 0 or ${within(now, breaker, transitions(reopenings))} > 0))`,
    ].join('\nor '),
    for: patience,
    labels: { severity: 'critical' },
    annotations: {
      summary: `${name} has not been closed for ${patience}`,
      description: `Its dependency has failed for ${patience}, or the breaker is forced open (${place}).`,
    },
  }
}

function halfOpenIdle(window: string, patience: string): Draft {
  return {
    alert: 'CircuitBreakerHalfOpenWithoutCalls',
    expr: `${halfOpen} > 0\nunless ${within(window, breaker, calls())} > 0`,
    for: patience,
    labels: { severity: 'info' },
    annotations: {
      summary: `${name} is half-open, and nobody calls it`,
      description: `It has been open, and its next calls are probes, but for ${patience} there was none (${place}). Nobody is rejected.`,
    },
  }
}

const tooManyRejected = 0.25
/** With fewer calls the ratio is noise. */
const minimumCalls = 20

function rejectionShare(window: string, patience: string): Draft {
  const labels = `${breaker}, ${label.shadow}` // calls in shadow mode must not thin out the others
  const all = within(window, labels, allCalls())
  return {
    alert: 'CircuitBreakerRejectionShare',
    expr: `${within(window, labels, rejections())}\n/ ${all} > ${tooManyRejected}\nand ${all} >= ${minimumCalls}`,
    for: patience,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} rejects {{ $value | humanizePercentage }} of its calls`,
      description: `More than ${100 * tooManyRejected} % of the calls within ${window} were rejected (${place}).`,
    },
  }
}

/** @param patience  `increase` extrapolates, the more the fewer samples a new series has. */
function flapping(window: string, patience: string): Draft {
  return {
    alert: 'CircuitBreakerFlapping',
    expr: `${openingsWithin(window)} >= ${flaps}`,
    for: patience,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} has opened {{ $value | humanize }} times within ${window}`,
      description: `It recovers and fails again: its probes are easier than its traffic, or it opens too easily (${place}).`,
    },
  }
}

/** By the override itself: neither `forceOpen` on an open breaker nor `forceClosed` on a closed one is a transition. */
function overrideLeft(patience: string): Draft {
  return {
    alert: 'CircuitBreakerOverrideLeftBehind',
    expr: `${sumBy(`${breaker}, ${label.overrideKind}`, overrides())} > 0`,
    for: patience,
    labels: { severity: 'warning' },
    annotations: {
      summary: `${name} has been forced {{ $labels.${label.overrideKind} }} for ${patience}`,
      description: `Forced open it rejects every call, forced closed it protects nothing (${place}). Resume it if that is no longer needed.`,
    },
  }
}
