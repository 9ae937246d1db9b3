/** Replaces Grafana's variables in an expression of the dashboard, to select all breakers. */
export function fillIn(expr: string): string {
  const values = { $__rate_interval: '5s', $__range: '60s', $service: '.*', $breaker: '.*', $threshold: '0.5' }
  return Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(name, value), expr)
}
