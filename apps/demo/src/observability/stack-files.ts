import { stringify } from 'yaml'
import { alertRules } from './alerts.ts'
import { collectorMetrics, compose } from './compose.ts'
import { dashboard } from './grafana-dashboard.ts'
import { prometheusConfig } from './prometheus-config.ts'

/** The demo sends its metrics every 5 seconds. */
const interval = 5_000

const collector = {
  receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
  exporters: {
    'otlp_grpc/jaeger': { endpoint: 'jaeger:4317', tls: { insecure: true } },
    prometheus: {
      endpoint: `0.0.0.0:${collectorMetrics}`,
      translation_strategy: 'UnderscoreEscapingWithSuffixes',
    },
    debug: {},
  },
  service: {
    pipelines: {
      traces: { receivers: ['otlp'], exporters: ['otlp_grpc/jaeger'] },
      metrics: { receivers: ['otlp'], exporters: ['prometheus'] },
      logs: { receivers: ['otlp'], exporters: ['debug'] },
    },
  },
}

const datasources = {
  apiVersion: 1,
  datasources: [
    {
      name: 'Prometheus',
      uid: 'prometheus',
      type: 'prometheus',
      access: 'proxy',
      url: 'http://prometheus:9090',
      isDefault: true,
      jsonData: { timeInterval: `${interval / 1_000}s` },
    },
    { name: 'Jaeger', uid: 'jaeger', type: 'jaeger', access: 'proxy', url: 'http://jaeger:16686' },
  ],
}

const dashboards = {
  apiVersion: 1,
  providers: [{ name: 'circuit-breakers', type: 'file', options: { path: '/var/lib/grafana/dashboards' } }],
}

/** Every file that is made here, by its path in `observability/`. */
export const stackFiles: Readonly<Record<string, string>> = {
  'compose.yaml': yaml(compose),
  'collector.yaml': yaml(collector),
  'prometheus.yaml': yaml(
    prometheusConfig({ job: 'collector', target: `collector:${collectorMetrics}`, interval, honorLabels: true }),
  ),
  'alerts.yaml': yaml(alertRules()),
  'grafana/datasources.yaml': yaml(datasources),
  'grafana/dashboards.yaml': yaml(dashboards),
  'grafana/circuit-breakers.json': json(dashboard),
}

function yaml(content: object): string {
  return `# Made by \`pnpm --filter @cb/demo generate\`; a change here is lost.\n${stringify(content, { lineWidth: 0 })}`
}

/** With short lists on one line, as this repository formats JSON. */
function json(content: object): string {
  return `${JSON.stringify(content, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, '[$1]')}\n`
}
