import { CircuitBreaker, type CircuitBreakerOptions } from '@cb/core'
import { type FakeClock, fakeClock } from '@cb/test-kit'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished } from 'vitest'
import { alertRules } from '../monitoring/alerts.ts'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
import { testRules } from './promtool.ts'

export interface Instance {
  /** A breaker of this instance, on the clock of the scrapes. */
  breaker(options: CircuitBreakerOptions): CircuitBreaker
}

/**
 * What Prometheus stores of processes of one service that it scrapes once a minute: the text is that of the real exporter, the time is
 * simulated, and promtool evaluates queries and alerts on it.
 */
export class Scrapes {
  readonly clock: FakeClock = fakeClock(1_000_000)
  readonly #series = new Map<string, string[]>()
  readonly #exporters = new Map<string, PrometheusExporter>()
  readonly #stops: (() => void)[] = []
  #creating = ''
  #count = 0

  instance(name: string, options: InstrumentCircuitBreakersOptions = {}): Instance {
    const exporter = new PrometheusExporter({ preventServerStart: true })
    const meterProvider = new MeterProvider({ readers: [exporter] })
    this.#stops.push(instrumentCircuitBreakers({ meterProvider, filter: () => this.#creating === name, ...options }))
    this.#exporters.set(name, exporter)
    return {
      breaker: (options) => {
        this.#creating = name
        return new CircuitBreaker({ now: this.clock.now, ...options })
      },
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  /** Scrapes once a minute. @param before  what happens within the minute before each scrape. */
  async minutes(count: number, before: () => unknown = () => {}): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      await before()
      for (const [instance, exporter] of this.#exporters) this.#store(instance, await scrape(exporter))
      this.#count++
      this.clock.advance(60_000)
    }
  }

  #store(instance: string, text: string): void {
    for (const line of text.split('\n')) {
      const [, name = '', labels = '', value = ''] = /^(circuit_breaker\w+)\{(.*)\} (\S+)$/.exec(line) ?? []
      if (name === '') continue
      const key = `${name}{job="shop",instance="${instance}",${labels}}`
      const values = this.#series.get(key) ?? []
      while (values.length < this.#count) values.push('_')
      values.push(value)
      this.#series.set(key, values)
    }
  }

  /** Evaluates an expression at the latest scrape; the answers by labels. */
  async expectAnswers(expr: string, expected: Readonly<Record<string, number>>): Promise<void> {
    const { ok, output } = await this.#evaluate(expr, expected)
    expect(ok, output).toBe(true)
  }

  /** The answers as promtool writes them, in one line; empty without any. @throws Error if it can't evaluate the expression. */
  async answers(expr: string): Promise<string> {
    const { ok, output } = await this.#evaluate(expr, {})
    if (ok) return ''
    const [, got] = /\n +got: (.*)/.exec(output) ?? []
    if (got === undefined) throw new Error(output)
    return got
  }

  #evaluate(expr: string, expected: Readonly<Record<string, number>>): Promise<{ ok: boolean; output: string }> {
    return testRules(alertRules(), [
      {
        interval: '1m',
        input_series: [...this.#series].map(([series, values]) => ({ series, values: values.join(' ') })),
        promql_expr_test: [
          {
            expr,
            eval_time: `${this.#count - 1}m`,
            exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
          },
        ],
      },
    ])
  }

  /** @param expected  `alert instance breaker` of each alert that fires at the latest scrape. */
  async expectFiring(...expected: string[]): Promise<void> {
    const answers = expected.map((text) => {
      const [alertname, instance, name] = text.split(' ')
      return [`{alertname="${alertname}",circuit_breaker_name="${name}",instance="${instance}"}`, 1] as const
    })
    const firing = 'count by (alertname, instance, circuit_breaker_name) (ALERTS{alertstate="firing"})'
    await this.expectAnswers(firing, Object.fromEntries(answers))
  }
}

/** Stopped when the test is over. */
export function scraping(): Scrapes {
  const scrapes = new Scrapes()
  onTestFinished(() => scrapes.stop())
  return scrapes
}

async function scrape(exporter: PrometheusExporter): Promise<string> {
  const { resourceMetrics, errors } = await exporter.collect()
  if (errors.length > 0) throw errors[0]
  return new PrometheusSerializer().serialize(resourceMetrics)
}
