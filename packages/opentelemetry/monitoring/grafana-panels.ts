import { FieldColorModeId, MappingType, type Panel, type ValueMapping } from '@grafana/schema'
import {
  breaker,
  calls,
  failureRate,
  fallbacks,
  label,
  latency,
  type Matchers,
  notClosed,
  rejections,
  shadowedCalls,
  slowCallRate,
  stateSeries,
  sumBy,
} from './promql.ts'
import { type Question, questions } from './questions.ts'

/** The data source that is selected on the dashboard. */
export const datasource = { type: 'prometheus', uid: '$datasource' }

/** The services and breakers that are selected on the dashboard. */
const selected = { job: ['$service'], [label.name]: ['$breaker'] }
const legend = `{{${label.name}}} ({{job}} {{instance}})`

const inState = (state: string) => sumBy(breaker, stateSeries({ ...selected, [label.state]: state }))
/** The most breakers on a panel: with hundreds of them only those with problems can be read. */
const top = 10
/** The questions on call. */
const overRange = questions('$__range', selected)
const overWindow = questions(undefined, selected)

/** The series over time of those breakers alone that rank highest at the end of the selected time: `topk` alone ranks at each moment. */
function ofTop(expr: string, ranking: string): string {
  return `(\n${expr}\n)\nand on (${breaker}) topk(${top}, ${ranking})`
}

const overAll = (series: (matchers: Matchers) => string) =>
  `${sumBy(breaker, `increase(${series(selected)}[$__range] @ end())`)} > 0`
const perSecond = (series: (matchers: Matchers) => string) =>
  sumBy(breaker, `rate(${series(selected)}[$__rate_interval])`)
const timeNotClosed = `${sumBy(breaker, `avg_over_time(${notClosed(selected)}[$__range] @ end())`)} > 0`

/** A query over time, or for the whole range at once. */
function query(expr: string, legendFormat: string, instant = false) {
  return { datasource, expr, legendFormat, instant, range: !instant }
}

type Defaults = NonNullable<Panel['fieldConfig']>['defaults']

interface PanelOptions {
  readonly title: string
  readonly description: string
  readonly type: 'state-timeline' | 'timeseries' | 'bargauge' | 'stat'
  readonly queries: readonly ReturnType<typeof query>[]
  readonly defaults?: Defaults
  readonly options?: Record<string, unknown>
}

function panel({ title, description, type, queries, defaults = {}, options = {} }: PanelOptions): Panel {
  return {
    title,
    description,
    type,
    datasource,
    targets: queries.map((target, index) => ({ ...target, refId: String.fromCharCode(65 + index) })),
    fieldConfig: { defaults: { unit: 'short', ...defaults }, overrides: [] },
    options,
  }
}

const states: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      0: { text: 'closed', color: 'green', index: 0 },
      1: { text: 'half-open', color: 'yellow', index: 1 },
      2: { text: 'open', color: 'red', index: 2 },
    },
  },
]

const reduceOptions = { calcs: ['lastNotNull'], values: false }
const bars = { orientation: 'horizontal', displayMode: 'basic', reduceOptions }
const plain = { color: { mode: FieldColorModeId.Fixed, fixedColor: 'orange' }, min: 0 }

/** In reading order, problems first; two in a row, but for the first. */
export const panels: readonly Panel[] = [
  panel({
    title: 'Breakers by state',
    description: 'All that report, without those in shadow mode. If none does, nothing below is to be trusted.',
    type: 'stat',
    queries: [query(sumBy(label.state, stateSeries(selected)), `{{${label.state}}}`, true)],
    defaults: { noValue: 'no breaker reports' },
    options: { textMode: 'value_and_name', colorMode: 'none', reduceOptions },
  }),
  panel({
    title: 'Not closed for',
    description: `${overRange.since.value}. The longest first.`,
    type: 'bargauge',
    queries: [query(`sort_desc(topk(${top}, ${overRange.since.promql}))`, legend, true)],
    defaults: { ...plain, unit: 'dtdurations', noValue: 'no breaker that reports is open or half-open' },
    options: bars,
  }),
  panel({
    title: 'Overrides',
    description: 'Breakers that are forced open or closed, those in shadow mode too.',
    type: 'bargauge',
    queries: [
      query(`topk(${2 * top}, ${overRange.overrides.promql})`, `forced {{${label.overrideKind}}}: ${legend}`, true),
    ],
    defaults: { ...plain, noValue: 'none' },
    options: bars,
  }),
  panel({
    title: 'State',
    description: `Of the ${top} breakers that were not closed for longest; the worst state of all breakers with the name.`,
    type: 'state-timeline',
    queries: [
      query(
        ofTop(
          `(${inState('open')} > 0) * 0 + 2\nor (${inState('half_open')} > 0) * 0 + 1\nor (${inState('closed')} > 0) * 0`,
          timeNotClosed,
        ),
        legend,
      ),
    ],
    defaults: { mappings: states, custom: { fillOpacity: 80 }, noValue: 'no breaker that reports was open' },
    options: { mergeValues: true, showValue: 'never', rowHeight: 0.8 },
  }),
  panel({
    title: 'Openings',
    description: overRange.opened.value,
    type: 'bargauge',
    queries: [topOf(overRange.opened, `from {{${label.previousState}}}: ${legend}`)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Which errors were there?',
    description: overRange.errors.value,
    type: 'bargauge',
    queries: [topOf(overRange.errors, `{{${label.errorType}}}: ${legend}`)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Calls by outcome',
    description: 'Calls a second of all breakers, including rejected ones.',
    type: 'timeseries',
    queries: [query(sumBy(label.outcome, `rate(${calls(selected)}[$__rate_interval])`), `{{${label.outcome}}}`)],
    defaults: { unit: 'reqps', min: 0, custom: { fillOpacity: 30, stacking: { mode: 'normal', group: 'A' } } },
  }),
  panel({
    title: 'Rejections',
    description: `Rejected calls a second, of the ${top} breakers with most of them.`,
    type: 'timeseries',
    queries: [query(ofTop(perSecond(rejections), overAll(rejections)), legend)],
    defaults: { unit: 'reqps', min: 0, noValue: 'none' },
  }),
  panel({
    title: 'Fallbacks',
    description: `Callers a second that got the answer of a fallback, of the ${top} breakers with most of them.`,
    type: 'timeseries',
    queries: [query(ofTop(perSecond(fallbacks), overAll(fallbacks)), legend)],
    defaults: { unit: 'reqps', min: 0, noValue: 'none' },
  }),
  panel({
    title: 'Latency',
    description: 'Of the admitted calls of all breakers: half of them, 95 % and 99 % took no longer.',
    type: 'timeseries',
    queries: [0.5, 0.95, 0.99].map((quantile) =>
      query(latency(quantile, '', '$__rate_interval', selected), `p${100 * quantile}`),
    ),
    defaults: { unit: 's', min: 0 },
  }),
  panel({
    title: 'Slowest breakers',
    description: 'p95 of the admitted calls of the selected time.',
    type: 'bargauge',
    queries: [query(`topk(${top}, ${latency(0.95, `${breaker}, `, '$__range', selected)})`, legend, true)],
    defaults: { ...plain, unit: 's' },
    options: bars,
  }),
  panel({
    title: 'Slow calls',
    description: 'Ratio of slow calls in the window, for breakers with the policy slowCallRate; calls in flight count.',
    type: 'timeseries',
    queries: [
      query(
        ofTop(
          `max by (${breaker}) (${slowCallRate(selected)})`,
          `max by (${breaker}) (max_over_time(${slowCallRate(selected)}[$__range] @ end()))`,
        ),
        legend,
      ),
    ],
    defaults: { unit: 'percentunit', min: 0, max: 1, noValue: 'none' },
  }),
  panel({
    title: 'Failure rate against the threshold',
    description: `Of the ${top} breakers with the highest one; while closed, with at least the minimum of calls. The threshold is the value in the field above.`,
    type: 'timeseries',
    queries: [
      query(
        ofTop(
          `max by (${breaker}) (${failureRate(selected)})\nand ${inState('closed')} > 0`,
          `max by (${breaker}) (max_over_time(${failureRate(selected)}[$__range] @ end()))`,
        ),
        legend,
      ),
      query('vector($threshold)', 'threshold'),
    ],
    defaults: { unit: 'percentunit', min: 0, max: 1 },
  }),
  panel({
    title: 'Time in state',
    description: 'Ratio of the selected time; closed for the rest.',
    type: 'bargauge',
    queries: [
      query(
        `topk(${2 * top}, ${sumBy(`${breaker}, ${label.state}`, `avg_over_time(${notClosed(selected)}[$__range])`)} > 0)`,
        `{{${label.state}}}: ${legend}`,
        true,
      ),
    ],
    defaults: { ...plain, unit: 'percentunit' },
    options: bars,
  }),
  panel({
    title: 'Flapping',
    description: overWindow.flapping.value,
    type: 'bargauge',
    queries: [topOf(overWindow.flapping, legend)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Most rejected calls',
    description: `${overRange.rejected.value} of the selected time`,
    type: 'bargauge',
    queries: [topOf(overRange.rejected, legend)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Would have been rejected (shadow mode)',
    description:
      'Calls that shadow mode has admitted. Besides, breakers in shadow mode are only shown where they are forced open or closed.',
    type: 'bargauge',
    queries: [
      query(
        `topk(${top}, ${sumBy(breaker, `round(increase(${shadowedCalls(selected)}[$__range]))`)} > 0)`,
        legend,
        true,
      ),
    ],
    defaults: { ...plain, noValue: 'none' },
    options: bars,
  }),
]

function topOf({ promql }: Question, legendFormat: string) {
  return query(`topk(${top}, ${promql})`, legendFormat, true)
}
