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
  rejected,
  stateSeries,
  sumBy,
  transitions,
} from './promql.ts'

/** From this many openings from closed within 15 minutes a breaker is flapping. */
export const flaps = 3

type QuestionKey = 'which' | 'since' | 'why' | 'errors' | 'rejected' | 'flapping'

export interface Question {
  readonly title: string
  /** The meaning of the value of an answer. */
  readonly value: string
  readonly promql: string
}

/**
 * The first questions on call.
 * @param window  the time to look back, as a PromQL duration. Default 15 minutes.
 * @param among  selects breakers. Default all.
 */
export function questions(window = '15m', among: Matchers = {}): Readonly<Record<QuestionKey, Question>> {
  const closed = stateSeries({ ...among, [label.state]: 'closed' })
  const failed = admittedCalls({ ...among, [label.outcome]: ['failure', 'timeout'] })
  return {
    which: {
      title: 'Which breakers are not closed?',
      value: 'breakers with the name and in the state',
      promql: `${sumBy(`${breaker}, ${label.state}`, notClosed(among))} > 0`,
    },
    since: {
      title: 'Since when?',
      value: 'the time it was last seen closed, in seconds since 1970; up to 6 hours ago',
      promql:
        `max by (${breaker}) (max_over_time(timestamp(${closed} > 0)[6h:]))\n` +
        `and ${sumBy(breaker, notClosed(among))} > 0`,
    },
    why: {
      title: 'Why did they open?',
      value: 'openings with the reason',
      promql: `round(${sumBy(
        `${breaker}, ${label.previousState}, ${label.reason}`,
        counted(transitions({ ...among, ...openings }), window),
      )}) > 0`,
    },
    errors: {
      title: 'Which errors were there?',
      value: 'failed calls with the error',
      promql: `round(${sumBy(`${breaker}, ${label.outcome}, ${label.errorType}`, counted(failed, window))}) > 0`,
    },
    rejected: {
      title: 'Who was rejected?',
      value: 'rejected calls',
      promql: `round(${sumBy(breaker, counted(calls({ ...among, ...rejected }), window))}) > 0`,
    },
    flapping: {
      title: 'Is it flapping?',
      value: `openings from closed; ${flaps} or more mean that it flaps`,
      promql: `round(${sumBy(breaker, counted(transitions({ ...among, ...openingsFromClosed }), window))}) > 0`,
    },
  }
}
