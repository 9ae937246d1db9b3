import { attribute, spanName } from '../src/names.ts'
import {
  admittedCalls,
  breaker,
  countedFromFirst,
  fallbacks,
  label,
  type Matchers,
  notClosed,
  openings,
  openingsFromClosed,
  outageDuration,
  overrides,
  rejections,
  slowCallRate,
  sumBy,
  transitions,
} from './promql.ts'

const span = (key: keyof typeof attribute) => `span.${attribute[key]}`
const example = `${span('name')} = "payments"`

/** A breaker is flapping from this many openings from closed within so many minutes: for the question, the panel and the alert. */
export const flaps = 3
export const flappingMinutes = 15

/** `round`, because `increase` extrapolates to the ends of the window: it may find 3.01 openings where there were 3. */
export function openingsWithin(window: string, among: Matchers = {}): string {
  return `round(${sumBy(breaker, `increase(${transitions({ ...among, ...openingsFromClosed })}[${window}])`)})`
}

type QuestionKey =
  | 'which'
  | 'since'
  | 'opened'
  | 'errors'
  | 'slow'
  | 'rejected'
  | 'fallbacks'
  | 'overrides'
  | 'flapping'

export interface Question {
  readonly title: string
  /** The meaning of the value of an answer. */
  readonly value: string
  readonly promql: string
  /** The same question to traces. */
  readonly traceql: string
}

/**
 * The first questions on call.
 * @param window  the time to look back, as a PromQL duration. Default 15 minutes, within which `flaps` openings are flapping.
 * @param among  selects breakers. Default all.
 */
export function questions(
  window = `${flappingMinutes}m`,
  among: Matchers = {},
): Readonly<Record<QuestionKey, Question>> {
  const failed = admittedCalls({ ...among, [label.outcome]: ['failure', 'timeout'] })
  return {
    which: {
      title: 'Which breakers are not closed?',
      value: 'breakers with the name and in the state',
      promql: `${sumBy(`${breaker}, ${label.state}`, notClosed(among))} > 0`,
      traceql: `{ name = "${spanName.open}" } | select(${span('name')}, resource.service.name, resource.service.instance.id)`,
    },
    since: {
      title: 'Since when?',
      value: 'seconds since it was last closed; at least so many if it was not closed when the recording began',
      promql: `max by (${breaker}) (${outageDuration(among)}) > 0`,
      traceql: `{ name =~ "${spanName.open}|${spanName.closed}|${spanName.outage}" && ${example} } | select(${span('state')})`,
    },
    opened: {
      title: 'Which have opened?',
      value: 'openings from the state; the span and the log event of each have the reason',
      promql: `round(${sumBy(
        `${breaker}, ${label.previousState}`,
        `increase(${transitions({ ...among, ...openings })}[${window}])`,
      )}) > 0`,
      traceql: `{ name = "${spanName.open}" && ${example} } | select(${span('reason')}, ${span('failureRate')}, ${span('windowCalls')}, ${span('slowCalls')}, ${span('errorType')})`,
    },
    errors: {
      title: 'Which errors were there?',
      value: 'failed calls with the error',
      promql: `round(${sumBy(`${breaker}, ${label.outcome}, ${label.errorType}`, countedFromFirst(failed, window, among))}) > 0`,
      traceql: `{ ${span('outcome')} =~ "failure|timeout" && ${example} } | select(${span('errorType')})`,
    },
    slow: {
      title: 'How many calls were slow?',
      value: 'the highest ratio of slow calls in the window; only of breakers with the policy `slowCallRate`',
      promql: `max by (${breaker}) (max_over_time(${slowCallRate(among)}[${window}])) > 0`,
      traceql: `{ name = "${spanName.open}" && ${span('slowCalls')} > 0 } | select(${span('name')}, ${span('slowCalls')}, ${span('windowCalls')})`,
    },
    rejected: {
      title: 'Who was rejected?',
      value: 'rejected calls, also of breakers in shadow mode that are forced open',
      promql: `round(${sumBy(breaker, `increase(${rejections(among)}[${window}])`)}) > 0`,
      traceql: `{ ${span('rejectedNames')} = "payments" } | select(resource.service.name, name, ${span('rejectedCount')})`,
    },
    fallbacks: {
      title: 'How many got a fallback?',
      value: 'callers that got the answer of a fallback',
      promql: `round(${sumBy(breaker, `increase(${fallbacks(among)}[${window}])`)}) > 0`,
      traceql: `{ ${span('rejectedNames')} = "payments" && status != error } | select(resource.service.name, name)`,
    },
    overrides: {
      title: 'Is one forced open or closed?',
      value: 'breakers that are forced, those in shadow mode too. Who did it, when and why is in the log events',
      promql: `${sumBy(`${breaker}, ${label.overrideKind}`, overrides(among))} > 0`,
      traceql: `{ ${span('reason')} = "forced" && ${example} } | select(${span('state')})`,
    },
    flapping: {
      title: 'Is it flapping?',
      value: `openings from closed; ${flaps} or more within ${flappingMinutes} minutes mean that it flaps`,
      promql: `${openingsWithin(window, among)} > 0`,
      traceql: `{ name = "${spanName.open}" && ${span('previousState')} = "closed" } | count_over_time() by (${span('name')})`,
    },
  }
}
