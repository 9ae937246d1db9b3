import { attribute, metric } from '../../../../packages/opentelemetry/src/names.ts'

/** A name of OpenTelemetry as Prometheus spells it. */
function spell(name: string): string {
  return name.replace(/\W/g, '_')
}

/** The labels, by attribute. */
export const label = Object.fromEntries(Object.entries(attribute).map(([key, name]) => [key, spell(name)])) as Readonly<
  Record<keyof typeof attribute, string>
>

/** What makes a breaker one of its kind: in which service, in which process of it, and its name. */
export const breaker = `job, instance, ${label.name}`

/** `{a="x",b=~"y|z"}` of { a: 'x', b: ['y', 'z'] }. */
export type Matchers = Readonly<Record<string, string | readonly string[]>>

function select(name: string, matchers: Matchers = {}, more: readonly string[] = []): string {
  const conditions = Object.entries(matchers).map(([key, value]) =>
    typeof value === 'string' ? `${key}="${value}"` : `${key}=~"${value.join('|')}"`,
  )
  const all = [...more, ...conditions].join(',')
  return all === '' ? name : `${name}{${all}}`
}

/** Of these the name is the same whichever way the metrics came. */
export const stateSeries = (matchers?: Matchers): string => select(spell(metric.state.name), matchers)
export const transitions = (matchers?: Matchers): string => select(`${spell(metric.transitions.name)}_total`, matchers)
export const calls = (matchers?: Matchers): string => select(`${spell(metric.calls.name)}_total`, matchers)

/** OTLP brings the unit into the name, the SDK's own Prometheus exporter does not: this takes both. */
function eitherName(name: string, unit: string, suffix: string, matchers?: Matchers): string {
  return select('', matchers, [`__name__=~"${spell(name)}(_${unit})?${suffix}"`])
}

export const failureRate = (matchers?: Matchers): string => eitherName(metric.failureRate.name, 'ratio', '', matchers)
export const admittedCalls = (matchers?: Matchers): string =>
  eitherName(metric.callDuration.name, 'seconds', '_count', matchers)

export const notClosed = (matchers: Matchers = {}): string =>
  stateSeries({ ...matchers, [label.state]: ['open', 'half_open'] })
export const openings = { [label.state]: 'open' } as const
export const openingsFromClosed = { ...openings, [label.previousState]: 'closed' } as const
export const rejected = { [label.outcome]: 'rejected' } as const

/**
 * How often it happened within the window. `increase` alone is blind for the event that a series begins with, which is the
 * first opening of a breaker; a series that is younger than the window has all of its value from within it.
 * @param series  a counter's selector.
 * @param window  as PromQL spells it.
 */
export function counted(series: string, window: string): string {
  return `\n  increase(${series}[${window}])\n  and ${series} offset ${window}\n  or ${series}\n`
}

export function sumBy(labels: string, expression: string): string {
  return `sum by (${labels}) (${expression})`
}

/** Milliseconds as PromQL spells them. */
export function duration(ms: number): string {
  const minutes = ms / 60_000
  if (Number.isInteger(minutes)) return `${minutes}m`
  return Number.isInteger(ms / 1_000) ? `${ms / 1_000}s` : `${ms}ms`
}
