/** Ports on this machine, bound to loopback so that no other machine can reach them. */
export const ports = { otlpHttp: 4318, jaeger: 16_686, prometheus: 9090, grafana: 3001 } as const

/** The collector's port for Prometheus, within the stack. */
export const collectorMetrics = 8889

const publish = (port: number, inside: number) => [`127.0.0.1:${port}:${inside}`]
const mount = (file: string, inside: string) => `./${file}:${inside}:ro`
/** What the npm package has: the rules and the dashboard. */
const shipped = (file: string, inside: string) => `../../../packages/opentelemetry/${file}:${inside}:ro`

/** The stack, as Docker Compose reads it. */
export const compose: object = {
  services: {
    collector: {
      image: 'otel/opentelemetry-collector-contrib:0.157.0',
      command: ['--config=/etc/otelcol/collector.yaml'],
      volumes: [mount('collector.yaml', '/etc/otelcol/collector.yaml')],
      ports: publish(ports.otlpHttp, 4318),
      depends_on: ['jaeger'],
    },
    jaeger: {
      image: 'jaegertracing/jaeger:2.20.0',
      environment: { JAEGER_LISTEN_HOST: '0.0.0.0' },
      ports: publish(ports.jaeger, 16_686),
    },
    prometheus: {
      image: 'prom/prometheus:v3.13.0',
      volumes: [
        mount('prometheus.yaml', '/etc/prometheus/prometheus.yml'),
        shipped('alerts.yml', '/etc/prometheus/alerts.yaml'),
      ],
      ports: publish(ports.prometheus, 9090),
    },
    grafana: {
      image: 'grafana/grafana:13.1.0',
      // Read-only without a login, so that there is no well-known password.
      environment: {
        GF_AUTH_ANONYMOUS_ENABLED: 'true',
        GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
        GF_AUTH_DISABLE_LOGIN_FORM: 'true',
        GF_AUTH_BASIC_ENABLED: 'false',
        GF_ANALYTICS_REPORTING_ENABLED: 'false',
        GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      },
      volumes: [
        mount('grafana/datasources.yaml', '/etc/grafana/provisioning/datasources/circuit-breakers.yaml'),
        mount('grafana/dashboards.yaml', '/etc/grafana/provisioning/dashboards/circuit-breakers.yaml'),
        shipped('grafana.json', '/var/lib/grafana/dashboards/circuit-breakers.json'),
      ],
      ports: publish(ports.grafana, 3000),
      depends_on: ['prometheus', 'jaeger'],
    },
  },
}
