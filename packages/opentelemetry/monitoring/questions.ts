import { attribute, spanName } from '../src/names.ts'
import {
  admittedCalls,
  breaker,
  calls,
  counted,
  label,
  type Matchers,
  notClosed,
  openings,
  openingsFromClosed,
  outageDuration,
  rejected,
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
  return `round(${sumBy(breaker, counted(transitions({ ...among, ...openingsFromClosed }), window))})`
}

type QuestionKey = 'which' | 'since' | 'why' | 'errors' | 'rejected' | 'flapping'

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
    why: {
      title: 'Why did they open?',
      value: 'openings with the reason',
      promql: `round(${sumBy(
        `${breaker}, ${label.previousState}, ${label.reason}`,
        counted(transitions({ ...among, ...openings }), window),
      )}) > 0`,
      traceql: `{ name = "${spanName.open}" && ${example} } | select(${span('reason')}, ${span('failureRate')}, ${span('windowCalls')}, ${span('errorType')})`,
    },
    errors: {
      title: 'Which errors were there?',
      value: 'failed calls with the error',
      promql: `round(${sumBy(`${breaker}, ${label.outcome}, ${label.errorType}`, counted(failed, window))}) > 0`,
      traceql: `{ ${span('outcome')} =~ "failure|timeout" && ${example} } | select(${span('errorType')})`,
    },
    rejected: {
      title: 'Who was rejected?',
      value: 'rejected calls',
      promql: `round(${sumBy(breaker, counted(calls({ ...among, ...rejected }), window))}) > 0`,
      traceql: `{ ${span('rejectedNames')} = "payments" } | select(resource.service.name, name, ${span('rejectedCount')})`,
    },
    flapping: {
      title: 'Is it flapping?',
      value: `openings from closed; ${flaps} or more within ${flappingMinutes} minutes mean that it flaps`,
      promql: `${openingsWithin(window, among)} > 0`,
      traceql: `{ name = "${spanName.open}" && ${span('previousState')} = "closed" } | count_over_time() by (${span('name')})`,
    },
  }
}
