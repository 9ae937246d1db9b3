import { FieldColorModeId, MappingType, type Panel, type ValueMapping } from '@grafana/schema'
import { breaker, calls, failureRate, label, notClosed, rejected, shadowedCalls, stateSeries, sumBy } from './promql.ts'
import { type Question, questions } from './questions.ts'

/** The data source that is selected on the dashboard. */
export const datasource = { type: 'prometheus', uid: '$datasource' }

/** The services and breakers that are selected on the dashboard. */
const selected = { job: ['$service'], [label.name]: ['$breaker'] }
const legend = `{{${label.name}}} ({{job}} {{instance}})`

const inState = (state: string) => sumBy(breaker, stateSeries({ ...selected, [label.state]: state }))
const top = 10
/** The questions on call. */
const questionsOnCall = questions('$__range', selected)

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
    fieldConfig: { defaults, overrides: [] },
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

/** In reading order: the first in a whole row, the others two in a row. */
export const panels: readonly Panel[] = [
  panel({
    title: 'State',
    description: 'The worst state of all breakers with the name.',
    type: 'state-timeline',
    queries: [
      query(
        `(${inState('open')} > 0) * 0 + 2\nor (${inState('half_open')} > 0) * 0 + 1\nor (${inState('closed')} > 0) * 0`,
        legend,
      ),
    ],
    defaults: { mappings: states, custom: { fillOpacity: 80 } },
    options: { mergeValues: true, showValue: 'never', rowHeight: 0.8 },
  }),
  panel({
    title: 'Not closed for',
    description: `${questionsOnCall.since.value}. The longest first.`,
    type: 'stat',
    queries: [query(`sort_desc(topk(${top}, ${questionsOnCall.since.promql}))`, legend, true)],
    defaults: { unit: 'dtdurations', noValue: 'no breaker that reports is open or half-open' },
    options: { textMode: 'value_and_name', colorMode: 'none', reduceOptions },
  }),
  panel({
    title: 'Why did they open?',
    description: questionsOnCall.why.value,
    type: 'bargauge',
    queries: [topOf(questionsOnCall.why, `{{${label.reason}}}: ${legend}`)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Calls by outcome',
    description: 'Calls a second, including rejected ones.',
    type: 'timeseries',
    queries: [query(sumBy(label.outcome, `rate(${calls(selected)}[$__rate_interval])`), `{{${label.outcome}}}`)],
    defaults: { unit: 'reqps', min: 0, custom: { fillOpacity: 30, stacking: { mode: 'normal', group: 'A' } } },
  }),
  panel({
    title: 'Rejections',
    description: 'Rejected calls a second.',
    type: 'timeseries',
    queries: [query(sumBy(breaker, `rate(${calls({ ...selected, ...rejected })}[$__rate_interval])`), legend)],
    defaults: { unit: 'reqps', min: 0 },
  }),
  panel({
    title: 'Would have been rejected (shadow mode)',
    description: 'Calls a second that shadow mode has admitted. No other panel shows breakers in shadow mode.',
    type: 'timeseries',
    queries: [
      query(`topk(${top}, ${sumBy(breaker, `rate(${shadowedCalls(selected)}[$__rate_interval])`)} > 0)`, legend),
    ],
    defaults: { unit: 'reqps', min: 0, noValue: 'none' },
  }),
  panel({
    title: 'Failure rate against the threshold',
    description: 'While closed, with at least the minimum of calls. The threshold is the value in the field above.',
    type: 'timeseries',
    queries: [
      query(`max by (${breaker}) (${failureRate(selected)})\nand ${inState('closed')} > 0`, legend),
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
    title: 'Most openings',
    description: questionsOnCall.flapping.value,
    type: 'bargauge',
    queries: [topOf(questionsOnCall.flapping, legend)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Most rejected calls',
    description: questionsOnCall.rejected.value,
    type: 'bargauge',
    queries: [topOf(questionsOnCall.rejected, legend)],
    defaults: plain,
    options: bars,
  }),
  panel({
    title: 'Which errors were there?',
    description: questionsOnCall.errors.value,
    type: 'bargauge',
    queries: [topOf(questionsOnCall.errors, `{{${label.errorType}}}: ${legend}`)],
    defaults: plain,
    options: bars,
  }),
]

function topOf({ promql }: Question, legendFormat: string) {
  return query(`topk(${top}, ${promql})`, legendFormat, true)
}
