import { saySeconds } from '../measure.ts'
import type { PrometheusClient, Sample } from './prometheus-client.ts'
import { label } from './promql.ts'
import { flaps, questions } from './questions.ts'

type Say = (sample: Sample, at: number) => string

const sayings: Readonly<Record<keyof ReturnType<typeof questions>, Say>> = {
  which: ({ labels }) => `${labels[label.state]}`,
  since: ({ value }, at) => `for ${saySeconds(at - 1_000 * value)}`,
  why: ({ labels, value }) => `${labels[label.reason]} ${times(value)}`,
  errors: ({ labels, value }) => `${labels[label.errorType]} ${times(value)}`,
  refused: ({ value }) => `${value} calls`,
  flapping: ({ value }) => (value >= flaps ? `yes, it opened ${times(value)}` : `no, it opened ${times(value)} only`),
}

/**
 * What Prometheus says to the questions on call.
 * @param at  the moment they are asked for, in milliseconds since the epoch.
 * @throws Error if it can't answer.
 */
export async function answers(prometheus: PrometheusClient, at: number): Promise<string[]> {
  const lines: string[] = []
  for (const [key, { title, promql }] of Object.entries(questions())) {
    const byBreaker = new Map<string, string[]>()
    for (const sample of await prometheus.query(promql, at)) {
      const breaker = sample.labels[label.name] ?? ''
      const said = sayings[key as keyof typeof sayings](sample, at)
      byBreaker.set(breaker, [...(byBreaker.get(breaker) ?? []), said])
    }
    const told = [...byBreaker].sort().map(([breaker, said]) => `${breaker.padEnd(15)}${said.join(', ')}`)
    if (told.length === 0) told.push('(none)')
    lines.push(...told.map((line, index) => `  ${(index === 0 ? title : '').padEnd(33)}${line}`))
  }
  return lines
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
