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

/** As many openings within 15 minutes, each after having been closed, are flapping. */
export const flaps = 3

type QuestionKey = 'which' | 'since' | 'why' | 'errors' | 'refused' | 'flapping'

export interface Question {
  readonly title: string
  /** What the value of an answer is. */
  readonly value: string
  readonly promql: string
}

/**
 * What somebody on call asks first.
 * @param window  how far to look back, as PromQL spells it. Default 15 minutes.
 * @param among  only these. Default all.
 */
export function questions(window = '15m', among: Matchers = {}): Readonly<Record<QuestionKey, Question>> {
  const closed = stateSeries({ ...among, [label.state]: 'closed' })
  const failed = admittedCalls({ ...among, [label.outcome]: ['failure', 'timeout'] })
  return {
    which: {
      title: 'Which breakers are not closed?',
      value: 'breakers of that name in that state',
      promql: `${sumBy(`${breaker}, ${label.state}`, notClosed(among))} > 0`,
    },
    since: {
      title: 'Since when?',
      value: 'when it was last seen closed, in seconds since 1970; up to 6 hours ago',
      promql:
        `max by (${breaker}) (max_over_time(timestamp(${closed} > 0)[6h:]))\n` +
        `and ${sumBy(breaker, notClosed(among))} > 0`,
    },
    why: {
      title: 'Why did they open?',
      value: 'openings for that reason',
      promql: `round(${sumBy(
        `${breaker}, ${label.previousState}, ${label.reason}`,
        counted(transitions({ ...among, ...openings }), window),
      )}) > 0`,
    },
    errors: {
      title: 'Which errors were it?',
      value: 'failed calls with that error',
      promql: `round(${sumBy(`${breaker}, ${label.outcome}, ${label.errorType}`, counted(failed, window))}) > 0`,
    },
    refused: {
      title: 'Who was refused?',
      value: 'calls that were rejected',
      promql: `round(${sumBy(breaker, counted(calls({ ...among, ...rejected }), window))}) > 0`,
    },
    flapping: {
      title: 'Is it flapping?',
      value: `how often it opened after having been closed; from ${flaps} on it flaps`,
      promql: `round(${sumBy(breaker, counted(transitions({ ...among, ...openingsFromClosed }), window))}) > 0`,
    },
  }
}
