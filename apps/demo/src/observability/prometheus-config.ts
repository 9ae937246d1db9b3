import { duration } from '../../../../packages/opentelemetry/monitoring/promql.ts'

interface PrometheusConfigOptions {
  /** The name of the service, as in OTLP. */
  readonly job: string
  /** host:port */
  readonly target: string
  /** The interval of scraping and of evaluating the rules, in milliseconds. */
  readonly interval: number
  /** Whether the target is a collector: then `job` and `instance` come from the scraped labels, not from the target. */
  readonly honorLabels?: boolean
}

/** A configuration of Prometheus, with rules in `alerts.yaml` in the same folder. */
export function prometheusConfig({ job, target, interval, honorLabels = false }: PrometheusConfigOptions): object {
  const [scrape_interval, evaluation_interval] = [duration(interval), duration(interval)]
  return {
    global: { scrape_interval, scrape_timeout: scrape_interval, evaluation_interval },
    rule_files: ['alerts.yaml'],
    scrape_configs: [
      {
        job_name: job,
        ...(honorLabels ? { honor_labels: true } : {}),
        static_configs: [{ targets: [target] }],
      },
    ],
  }
}
