import { label } from '../../../../packages/opentelemetry/monitoring/promql.ts'
import { flaps, questions } from '../../../../packages/opentelemetry/monitoring/questions.ts'
import { formatSeconds } from '../measure.ts'
import type { PrometheusClient, Sample } from './prometheus-client.ts'

type Format = (sample: Sample) => string

const formats: Readonly<Record<keyof ReturnType<typeof questions>, Format>> = {
  which: ({ labels }) => `${labels[label.state]}`,
  since: ({ value }) => `for ${formatSeconds(1_000 * value)}`,
  opened: ({ labels, value }) => `from ${labels[label.previousState]} ${times(value)}`,
  errors: ({ labels, value }) => `${labels[label.errorType]} ${times(value)}`,
  slow: ({ value }) => `${Math.round(100 * value)} %`,
  rejected: ({ value }) => `${value} calls`,
  fallbacks: ({ value }) => `${value} callers`,
  overrides: ({ labels }) => `${labels[label.overrideKind]}`,
  flapping: ({ value }) => (value >= flaps ? `yes, it opened ${times(value)}` : `no, it opened only ${times(value)}`),
}

/**
 * The answers of Prometheus to the questions on call.
 * @param at  the time of the queries, in milliseconds since the epoch.
 * @throws Error if a query fails.
 */
export async function answers(prometheus: PrometheusClient, at: number): Promise<string[]> {
  const lines: string[] = []
  for (const [key, { title, promql }] of Object.entries(questions())) {
    const byBreaker = new Map<string, string[]>()
    for (const sample of await prometheus.query(promql, at)) {
      const breaker = sample.labels[label.name] ?? ''
      const value = formats[key as keyof typeof formats](sample)
      byBreaker.set(breaker, [...(byBreaker.get(breaker) ?? []), value])
    }
    const rows = [...byBreaker].sort().map(([breaker, values]) => `${breaker.padEnd(15)}${values.join(', ')}`)
    if (rows.length === 0) rows.push('(none)')
    lines.push(...rows.map((line, index) => `  ${(index === 0 ? title : '').padEnd(33)}${line}`))
  }
  return lines
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
