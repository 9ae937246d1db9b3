import { attribute, metric } from '../src/names.ts'

/** The Prometheus form of a name of OpenTelemetry. */
function escapeName(name: string): string {
  return name.replace(/\W/g, '_')
}

/** The labels, by attribute. */
export const label = Object.fromEntries(
  Object.entries(attribute).map(([key, name]) => [key, escapeName(name)]),
) as Readonly<Record<keyof typeof attribute, string>>

/** The labels that identify a breaker: service, process and name. */
export const breaker: string = `job, instance, ${label.name}`

/** `{a="x",b=~"y|z"}` of { a: 'x', b: ['y', 'z'] }. */
export type Matchers = Readonly<Record<string, string | readonly string[]>>

function select(name: string, matchers: Matchers = {}, more: readonly string[] = []): string {
  const conditions = Object.entries(matchers).map(([key, value]) =>
    typeof value === 'string' ? `${key}="${value}"` : `${key}=~"${value.join('|')}"`,
  )
  const all = [...more, ...conditions].join(',')
  return all === '' ? name : `${name}{${all}}`
}

/** Breakers in shadow mode reject nothing, so an alert or a panel that counted them would mislead. */
const real: Matchers = { [label.shadow]: '' }

/** Of all breakers, to choose among. */
export const anyState = (matchers?: Matchers): string => select(escapeName(metric.state.name), matchers)

/** These names are the same for scraped metrics and for OTLP. */
export const stateSeries = (matchers?: Matchers): string =>
  select(escapeName(metric.state.name), { ...matchers, ...real })
export const transitions = (matchers?: Matchers): string =>
  select(`${escapeName(metric.transitions.name)}_total`, { ...matchers, ...real })
export const calls = (matchers?: Matchers): string => allCalls({ ...matchers, ...real })
/** In shadow mode too. */
export const allCalls = (matchers?: Matchers): string => select(`${escapeName(metric.calls.name)}_total`, matchers)
/** Of all breakers: a rejection is real also in shadow mode, by `forceOpen`. */
export const rejections = (matchers?: Matchers): string => allCalls({ ...matchers, ...rejected })
/** Of all breakers: those with a share of shadow mode have them too. */
export const shadowedCalls = (matchers?: Matchers): string =>
  select(`${escapeName(metric.shadowedCalls.name)}_total`, matchers)

/** Of all breakers: `forceOpen` rejects calls also in shadow mode. */
export const overrides = (matchers?: Matchers): string => select(escapeName(metric.override.name), matchers)

/** OTLP adds the unit to the name, the Prometheus exporter of the SDK does not: this selects both. */
function eitherName(name: string, unit: string, suffix: string, matchers?: Matchers): string {
  return select('', { ...matchers, ...real }, [`__name__=~"${escapeName(name)}(_${unit})?${suffix}"`])
}

export const failureRate = (matchers?: Matchers): string => eitherName(metric.failureRate.name, 'ratio', '', matchers)
export const outageDuration = (matchers?: Matchers): string =>
  eitherName(metric.outageDuration.name, 'seconds', '', matchers)
export const slowCallRate = (matchers?: Matchers): string => eitherName(metric.slowCallRate.name, 'ratio', '', matchers)
export const fallbacks = (matchers?: Matchers): string =>
  select(`${escapeName(metric.fallbacks.name)}_total`, { ...matchers, ...real })
/** A quantile of the durations of admitted calls, in seconds; no value without calls. @param labels  one value for each of their values. */
export function latency(quantile: number, labels: string, window: string, matchers?: Matchers): string {
  const buckets = eitherName(metric.callDuration.name, 'seconds', '_bucket', matchers)
  return `histogram_quantile(${quantile}, ${sumBy(`${labels}le`, `rate(${buckets}[${window}])`)}) >= 0`
}
export const admittedCalls = (matchers?: Matchers): string =>
  eitherName(metric.callDuration.name, 'seconds', '_count', matchers)

export const notClosed = (matchers: Matchers = {}): string =>
  stateSeries({ ...matchers, [label.state]: ['open', 'half_open'] })
export const openings: Matchers = { [label.state]: 'open' }
export const openingsFromClosed: Matchers = { ...openings, [label.previousState]: 'closed' }
export const reopenings: Matchers = { ...openings, [label.previousState]: 'half_open' }
const rejected: Matchers = { [label.outcome]: 'rejected' }

/**
 * The number of events within the window, for a counter whose series begin with an event, unlike those that begin with 0: `increase`
 * misses that event. A series is new if its breaker has more samples in the window, so its whole value counts; neither a scrape that
 * failed nor a target that is new to Prometheus makes it new.
 * @param series  the selector of a counter.
 * @param window  a PromQL duration.
 * @param among  the breakers of the series.
 */
export function countedFromFirst(series: string, window: string, among?: Matchers): string {
  const samples = `max by (${breaker}) (count_over_time(${calls(among)}[${window}]))`
  const isNew = `count_over_time(${series}[${window}]) < on (${breaker}) group_left () ${samples}`
  return `\n  ${series}\n  and (${isNew})\n  and resets(${series}[${window}]) == 0\n  or increase(${series}[${window}])\n`
}

export function sumBy(labels: string, expression: string): string {
  return `sum by (${labels}) (${expression})`
}

/** Milliseconds as a PromQL duration. */
export function duration(ms: number): string {
  const minutes = ms / 60_000
  if (Number.isInteger(minutes)) return `${minutes}m`
  return Number.isInteger(ms / 1_000) ? `${ms / 1_000}s` : `${ms}ms`
}
