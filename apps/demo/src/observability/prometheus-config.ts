import { duration } from './promql.ts'

interface PrometheusConfigOptions {
  /** Name of the service, as OTLP would have it. */
  readonly job: string
  /** host:port */
  readonly target: string
  /** How often to scrape and to evaluate the rules, in milliseconds. */
  readonly interval: number
  /** The target passes on what others have told it: they are the job and the instance, not the target. */
  readonly honorLabels?: boolean
}

/** A configuration of Prometheus, with the rules in `alerts.yaml` beside it. */
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
